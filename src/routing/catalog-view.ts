import type { ModelCard } from '../catalog/model-card';
import { keyOfCard } from './candidate';

/** What of the catalogue a decision refers to; ModelCatalog fits. */
export interface CatalogSource {
  readonly version: string;
  list(): readonly ModelCard[];
  find(provider: string, model: string): ModelCard | undefined;
}

/** A catalogue version with its cards numbered. Made once per catalogue. */
export class CatalogView {
  readonly version: string;
  readonly #positions: ReadonlyMap<string, number>;

  constructor(private readonly source: CatalogSource) {
    this.version = source.version;
    this.#positions = new Map(source.list().map((card, position) => [keyOfCard(card), position]));
  }

  positionOf(card: ModelCard): number | undefined {
    return this.#positions.get(keyOfCard(card));
  }

  /** The card at a position, or under a `provider/model` name that is not listed (a dated snapshot). */
  cardAt(place: number | string): ModelCard | undefined {
    if (typeof place === 'number') return this.source.list()[place];
    const slash = place.indexOf('/');
    return this.source.find(place.slice(0, slash), place.slice(slash + 1));
  }
}
