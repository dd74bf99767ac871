import type { IncomingHttpHeaders } from 'node:http';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { Caller } from '../../access/caller';
import { networkOf } from '../../common/network-of';
import { ServerConfig } from '../../platform/http/server.config';
import { SecurityEventStore } from '../../tenancy/security/security-event-store';
import { SecurityWatchConfig } from '../../tenancy/security/security-watch.config';
import { ApiKeyPlaceEntity } from './api-key-place.entity';

/** The part of a request that says where it comes from. */
export interface RequestPlace {
  readonly ip?: string;
  readonly headers: IncomingHttpHeaders;
}

interface KnownPlaces {
  address: string;
  country: string | undefined;
  readonly places: Set<string>;
}

interface Sighting {
  readonly apiKeyId: string;
  readonly organizationId: string;
  readonly place: string;
  readonly address: string;
}

interface AddedRow {
  readonly api_key_id: string;
  readonly place: string;
  readonly networks: number;
  readonly countries: number;
}

const FLUSH_EVERY_MS = 5_000;
const MAX_KEYS = 20_000;
const MAX_PLACES = 100;
const MAX_PENDING = 1_000;
const NETWORK = { v4Bits: 24, v6Bits: 48 };
const COUNTRY_PREFIX = 'country:';
const COUNTRY = /^[A-Za-z]{2}$/;

/** All parts see the table as it was before: what the key was known for, and what of this is new. */
const ADD = `
  WITH seen AS (
    SELECT DISTINCT s.api_key_id, s.place FROM unnest($1::text[], $2::text[]) AS s (api_key_id, place)
      JOIN api_key ON api_key.id = s.api_key_id
  ), before AS (
    SELECT api_key_id, (count(*) FILTER (WHERE place LIKE 'country:%'))::int AS countries,
           (count(*) FILTER (WHERE place NOT LIKE 'country:%'))::int AS networks
      FROM api_key_place WHERE api_key_id = ANY($1) GROUP BY api_key_id
  ), added AS (
    INSERT INTO api_key_place (api_key_id, place) SELECT api_key_id, place FROM seen
    ON CONFLICT DO NOTHING RETURNING api_key_id, place
  )
  SELECT added.api_key_id, added.place, coalesce(before.networks, 0) AS networks,
         coalesce(before.countries, 0) AS countries
    FROM added LEFT JOIN before USING (api_key_id)`;

/**
 * Notices when an API key is used from a network, or country, it was never used from. The first one is where it belongs; a key
 * that is known from very many places is at home everywhere. Costs a request a comparison; the database is asked
 * later, for places this process has not seen the key at.
 */
@Injectable()
export class KeyPlaces implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('auth.watch');
  private readonly countryHeader: string | undefined;
  readonly #known = new Map<string, KnownPlaces>();
  #pending: Sighting[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectRepository(ApiKeyPlaceEntity) private readonly places: Repository<ApiKeyPlaceEntity>,
    private readonly events: SecurityEventStore,
    config: SecurityWatchConfig,
    server: ServerConfig,
  ) {
    // Without a trusted proxy anybody could write the header.
    this.countryHeader = server.trustProxy.length > 0 ? config.countryHeader?.toLowerCase() : undefined;
  }

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  observe({ apiKeyId, organizationId }: Caller, { ip: address, headers }: RequestPlace): void {
    if (apiKeyId === undefined || address === undefined) return;
    const country = this.countryOf(headers);
    const known = this.#known.get(apiKeyId) ?? this.remember(apiKeyId);
    if (known.address === address && known.country === country) return;
    known.address = address;
    known.country = country;
    const seen = [networkOf(address, NETWORK), ...(country === undefined ? [] : [COUNTRY_PREFIX + country])];
    for (const place of seen) {
      if (known.places.has(place) || this.#pending.length >= MAX_PENDING) continue;
      if (known.places.size >= MAX_PLACES) known.places.clear();
      known.places.add(place);
      this.#pending.push({ apiKeyId, organizationId, place, address });
    }
  }

  /** Asks the database about what was seen. A failure is logged; the places are seen again after a restart at the latest. */
  async flush(): Promise<void> {
    const sightings = this.#pending;
    this.#pending = [];
    if (sightings.length === 0) return;
    try {
      const rows = await this.places.manager.query<AddedRow[]>(ADD, [
        sightings.map(({ apiKeyId }) => apiKeyId),
        sightings.map(({ place }) => place),
      ]);
      for (const row of rows) await this.report(row, sightings);
    } catch {
      for (const { apiKeyId } of sightings) this.#known.delete(apiKeyId);
      this.logger.warn(`Where ${sightings.length} API key(s) were used from could not be noted`);
    }
  }

  private async report(row: AddedRow, sightings: readonly Sighting[]): Promise<void> {
    const isCountry = row.place.startsWith(COUNTRY_PREFIX);
    const knownBefore = isCountry ? row.countries : row.networks;
    const sighting = sightings.find((one) => one.apiKeyId === row.api_key_id && one.place === row.place);
    if (sighting === undefined || knownBefore === 0 || knownBefore >= MAX_PLACES) return;
    const kind = isCountry ? 'new_country' : 'new_network';
    const name = isCountry ? row.place.slice(COUNTRY_PREFIX.length) : row.place;
    await this.events.note({
      dedupeKey: `${kind}/${row.api_key_id}/${name}`,
      organizationId: sighting.organizationId,
      kind,
      subjectKind: 'api_key',
      subjectId: row.api_key_id,
      address: sighting.address,
      facts: { [isCountry ? 'country' : 'network']: name, known_before: knownBefore },
    });
  }

  private remember(apiKeyId: string): KnownPlaces {
    if (this.#known.size >= MAX_KEYS) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    const known: KnownPlaces = { address: '', country: undefined, places: new Set() };
    this.#known.set(apiKeyId, known);
    return known;
  }

  private countryOf(headers: IncomingHttpHeaders): string | undefined {
    const value = this.countryHeader === undefined ? undefined : headers[this.countryHeader];
    return typeof value === 'string' && COUNTRY.test(value) ? value.toUpperCase() : undefined;
  }
}
