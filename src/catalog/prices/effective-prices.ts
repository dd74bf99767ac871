import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PubSub, type Unsubscribe } from '../../platform/pub-sub/pub-sub';
import type { ModelCard } from '../model-card';
import { ModelCatalog } from '../model-catalog';
import { mergePrices, type PriceOverride } from './merge-prices';
import { toPriceOverride } from './price-update';
import type { PriceUpdateEntity } from './price-update.entity';
import { PriceUpdateRepository } from './price-update.repository';

const CHANNEL = 'price-changes';
/** How long a change may go unnoticed when its message is lost. */
const REFRESH_MS = 30_000;
const EVERYBODY = '';

/** What is laid over the list: by organization, then by model. */
type Overrides = ReadonlyMap<string, ReadonlyMap<string, readonly PriceOverride[]>>;

/**
 * Which prices count for whom: the list, corrections made while the service runs, and what an organization has
 * negotiated. A look costs nothing while there are no corrections, and no input or output otherwise. When the database cannot be read the last known
 * prices stay in force.
 */
@Injectable()
export class EffectivePrices implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(EffectivePrices.name);
  private overrides: Overrides = new Map();
  private fingerprints: ReadonlyMap<string, string> = new Map();
  private priced = new WeakMap<ModelCard, Map<string, ModelCard>>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    private readonly catalog: ModelCatalog,
    private readonly updates: PriceUpdateRepository,
    private readonly pubSub: PubSub,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(CHANNEL, {
      onMessage: () => void this.refresh(),
      onGap: () => void this.refresh(),
    });
    await this.refresh();
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.unsubscribe?.();
  }

  /** The card with the prices that count for the organization; the very same card when nothing is laid over its list. */
  cardFor(organizationId: string, card: ModelCard): ModelCard {
    if (this.overrides.size === 0) return card;
    const own = this.overrides.has(organizationId) ? organizationId : EVERYBODY;
    const known = this.priced.get(card) ?? new Map<string, ModelCard>();
    this.priced.set(card, known);
    const found = known.get(own) ?? this.withOverrides(own, card);
    known.set(own, found);
    return found;
  }

  /** Names list and corrections together; stored with every ledger row. */
  versionFor(organizationId: string): string {
    const fingerprint = this.fingerprints.get(organizationId) ?? this.fingerprints.get(EVERYBODY);
    return fingerprint === undefined ? this.catalog.version : `${this.catalog.version}+${fingerprint}`;
  }

  /** Call after a change is committed; resolves when this process goes by it. */
  async announce(): Promise<void> {
    await this.refresh();
    try {
      await this.pubSub.publish(CHANNEL, 'changed');
    } catch {
      this.logger.warn(
        'A change of prices could not be announced; other replicas notice it within half a minute',
      );
    }
  }

  private async refresh(): Promise<void> {
    try {
      const rows = await this.updates.listActive();
      this.overrides = byOrganization(rows, this.catalog);
      this.fingerprints = fingerprintsOf(rows);
      this.priced = new WeakMap();
    } catch (error) {
      this.logger.warn({ err: error }, 'prices cannot be read; the last known ones stay in force');
    }
  }

  /** What an organization has negotiated goes before what counts for everybody. */
  private withOverrides(organizationId: string, card: ModelCard): ModelCard {
    const model = modelKey(this.catalog, card.provider, card.model);
    const general = this.overrides.get(EVERYBODY)?.get(model) ?? [];
    const own = organizationId === EVERYBODY ? [] : (this.overrides.get(organizationId)?.get(model) ?? []);
    if (general.length + own.length === 0) return card;
    return { ...card, prices: mergePrices(mergePrices(card.prices, general), own) };
  }
}

/** Aliases and dated snapshots cost what their model costs. */
function modelKey(catalog: ModelCatalog, provider: string, model: string): string {
  return `${provider}/${catalog.modelOf(provider, model)}`;
}

function byOrganization(rows: readonly PriceUpdateEntity[], catalog: ModelCatalog): Overrides {
  const found = new Map<string, Map<string, PriceOverride[]>>();
  for (const row of rows) {
    const organization = row.organizationId ?? EVERYBODY;
    const models = found.get(organization) ?? new Map<string, PriceOverride[]>();
    found.set(organization, models);
    const key = modelKey(catalog, row.provider, row.model);
    models.set(key, [...(models.get(key) ?? []), toPriceOverride(row)]);
  }
  return found;
}

/** Of what counts for everybody, and of that together with each organization's own. */
function fingerprintsOf(rows: readonly PriceUpdateEntity[]): ReadonlyMap<string, string> {
  const owners = new Set(rows.map(({ organizationId }) => organizationId ?? EVERYBODY));
  return new Map(
    [...owners].map((owner) => {
      const counting = rows.filter(
        ({ organizationId }) => organizationId === null || organizationId === owner,
      );
      return [owner, fingerprint(counting.map(({ id }) => id))];
    }),
  );
}

function fingerprint(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 8);
}
