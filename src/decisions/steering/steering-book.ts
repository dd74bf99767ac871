import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { ExperimentRepository } from './experiment.repository';
import { ModelAliasRepository } from './model-alias.repository';
import type { AliasTarget, RoutingExperiment } from './steering';

/** What a tenant has decided about its traffic. */
export interface TenantSteering {
  readonly aliases: ReadonlyMap<string, readonly AliasTarget[]>;
  readonly experiment: RoutingExperiment | undefined;
}

interface Known {
  readonly steering: TenantSteering;
  readonly readAtMs: number;
}

/** A change takes effect everywhere after at most this time. */
const FRESH_MS = 5_000;
/** A request waits this long for the database at most, and then goes by what was known before. */
const PATIENCE_MS = 500;
const MAX_TENANTS = 5_000;
const MAX_ALIASES = 1_000;
const NONE: TenantSteering = { aliases: new Map(), experiment: undefined };

/** Aliases and the running experiment of tenants, as requests need them: from memory, read anew every few seconds. */
@Injectable()
export class SteeringBook {
  private readonly logger = new Logger(SteeringBook.name);
  private readonly known = new Map<string, Known>();
  private readonly reading = new Map<string, Promise<TenantSteering>>();

  constructor(
    private readonly aliases: ModelAliasRepository,
    private readonly experiments: ExperimentRepository,
    private readonly clock: Clock,
  ) {}

  /** Never rejects: while the database is away the last state counts, and none for a tenant nobody has asked for. */
  async of(organizationId: string): Promise<TenantSteering> {
    const known = this.known.get(organizationId);
    if (known && this.clock.now() - known.readAtMs < FRESH_MS) return known.steering;
    const before = known?.steering ?? NONE;
    const patience = new AbortController();
    const late = sleep(PATIENCE_MS, before, { signal: patience.signal, ref: false }).catch(() => before);
    try {
      return await Promise.race([this.read(organizationId, before), late]);
    } finally {
      patience.abort();
    }
  }

  /** Many requests of a tenant wait for one look-up. */
  private read(organizationId: string, before: TenantSteering): Promise<TenantSteering> {
    const running = this.reading.get(organizationId);
    if (running) return running;
    const reading = this.load(organizationId)
      .catch((error: unknown) => {
        this.logger.debug({ err: error }, 'aliases and experiments could not be read');
        return before;
      })
      .finally(() => this.reading.delete(organizationId));
    this.reading.set(organizationId, reading);
    return reading;
  }

  private async load(organizationId: string): Promise<TenantSteering> {
    const [aliases, experiment] = await Promise.all([
      this.aliases.list(organizationId, { limit: MAX_ALIASES }),
      this.experiments.findRunning(organizationId),
    ]);
    const steering = { aliases: new Map(aliases.map(({ name, targets }) => [name, targets])), experiment };
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= MAX_TENANTS) this.known.delete(oldest);
    this.known.delete(organizationId);
    this.known.set(organizationId, { steering, readAtMs: this.clock.now() });
    return steering;
  }
}
