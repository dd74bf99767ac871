import { createHash } from 'node:crypto';
import type { ModelCard } from './model-card';
import { isPriced } from './price-book';

/** A dated snapshot of a model: `gpt-4o-2024-08-06`, `gpt-3.5-turbo-0125`, `some-model-20250929`. */
const SNAPSHOT_SUFFIX = /-(?:\d{4}-\d{2}-\d{2}|\d{8}|\d{4})$/;

/** Every model the gateway knows of, by the names clients and vendors use. Read-only after start. */
export class ModelCatalog {
  /** Changes with any fact or price; stored with decisions and ledger rows. */
  readonly version: string;

  private readonly cards: readonly ModelCard[];
  private readonly byFullName = new Map<string, ModelCard>();
  private readonly modelByFullName = new Map<string, string>();
  private readonly byBareName = new Map<string, ModelCard[]>();

  constructor(cards: readonly ModelCard[]) {
    this.cards = cards.filter(isPriced);
    for (const card of this.cards) this.register(card, card.model);
    for (const card of this.cards) {
      for (const alias of card.aliases) {
        this.register(underAlias(card, alias), alias);
        this.modelByFullName.set(`${card.provider}/${alias}`, card.model);
      }
    }
    this.version = versionOf(cards);
  }

  /** All priced models, in the order of the price lists. */
  list(): readonly ModelCard[] {
    return this.cards;
  }

  listOf(provider: string): readonly ModelCard[] {
    return this.cards.filter((card) => card.provider === provider);
  }

  /** By the vendor's id or an alias. The card of a dated snapshot carries the snapshot's id, so that it is what gets called. */
  find(provider: string, model: string): ModelCard | undefined {
    return this.byFullName.get(`${provider}/${model}`);
  }

  /**
   * What a client may write: `provider/model`, a bare id, an alias. A bare id can exist at several
   * providers; they come in the order of the price lists. Empty when nobody serves it.
   */
  findByName(name: string): readonly ModelCard[] {
    const full = this.byFullName.get(name);
    return full ? [full] : (this.byBareName.get(name) ?? []);
  }

  /**
   * The card of the model that a vendor says answered. Dated snapshots resolve to their model;
   * unknown names give undefined: then the requested card is priced and the row marked.
   */
  resolveAnswered(provider: string, answeredModel: string): ModelCard | undefined {
    const exact = this.find(provider, answeredModel);
    if (exact) return exact;
    const undated = answeredModel.replace(SNAPSHOT_SUFFIX, '');
    return undated === answeredModel ? undefined : this.find(provider, undated);
  }

  /** The model behind a name: an alias and a dated snapshot stand for their model, an unknown name for itself. */
  modelOf(provider: string, name: string): string {
    return this.modelByFullName.get(`${provider}/${name}`) ?? name;
  }

  private register(card: ModelCard, name: string): void {
    const fullName = `${card.provider}/${name}`;
    const taken = this.byFullName.get(fullName);
    if (taken) throw new Error(`two model cards are called ${fullName}`);
    this.byFullName.set(fullName, card);
    const sameName = this.byBareName.get(name);
    if (sameName) sameName.push(card);
    else this.byBareName.set(name, [card]);
  }
}

function underAlias(card: ModelCard, alias: string): ModelCard {
  const isSnapshot = alias.replace(SNAPSHOT_SUFFIX, '') === card.model;
  return isSnapshot ? { ...card, model: alias, aliases: [] } : card;
}

function versionOf(cards: readonly ModelCard[]): string {
  const text = JSON.stringify(cards, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
