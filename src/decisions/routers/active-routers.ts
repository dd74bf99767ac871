import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { PubSub, type Unsubscribe } from '../../platform/pub-sub/pub-sub';
import { parseRouterArtefact } from '../../routing/quality/router-artefact';
import type { QualityPredictor } from '../../routing/quality/quality-predictor';
import { WeightedPredictor } from '../../routing/quality/weighted-predictor';
import { TrainedRouterRepository } from './trained-router.repository';

/** The router that counts for a tenant instead of the one that ships. */
export interface ActiveRouter {
  readonly routerId: string;
  readonly predictor: QualityPredictor;
  /** Last day (`YYYY-MM-DD`) of the outcomes it has learned from. */
  readonly learnedUntil: string | undefined;
}

interface Known {
  readonly readAtMs: number;
  readonly router: ActiveRouter | undefined;
  /** Size of the artefact, about half of what its weights take in memory. */
  readonly bytes: number;
}

const CHANNEL = 'router-changes';
/** How long a change may go unnoticed when its message is lost. */
const FRESH_MS = 30_000;
/** A request waits this long for the database at most, and then goes by what was known before. */
const PATIENCE_MS = 500;
const MAX_TENANTS = 5_000;
/** Artefacts whose weights are in memory, together; the ones read longest ago are dropped first. */
const MAX_BYTES = 64_000_000;

/**
 * Which router predicts for whom, from memory. A change is announced to all replicas and effective at the next request; while the database is
 * away the last state counts.
 */
@Injectable()
export class ActiveRouters implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ActiveRouters.name);
  private readonly known = new Map<string, Known>();
  private readonly reading = new Map<string, Promise<void>>();
  /** Changed since the look-up that is under way began. */
  private readonly outdated = new Set<string>();
  private bytes = 0;
  private unsubscribe: Unsubscribe | undefined;

  constructor(
    private readonly routers: TrainedRouterRepository,
    private readonly pubSub: PubSub,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    this.unsubscribe = await this.pubSub.subscribe(CHANNEL, {
      onMessage: (organizationId) => this.outdate(organizationId),
      onGap: () => [...this.known.keys()].forEach((organizationId) => this.outdate(organizationId)),
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.unsubscribe?.();
  }

  /** Undefined while the router that ships counts, and for a tenant that nobody has prepared. */
  of(organizationId: string): ActiveRouter | undefined {
    return this.known.get(organizationId)?.router;
  }

  /** Call before a decision; undefined when there is nothing to wait for. Never rejects. */
  prepare(organizationId: string): Promise<void> | undefined {
    const known = this.known.get(organizationId);
    if (known && this.clock.now() - known.readAtMs < FRESH_MS) return undefined;
    return this.readInTime(organizationId);
  }

  /** Call after a change is committed; resolves when this process goes by it. */
  async announce(organizationId: string): Promise<void> {
    this.outdate(organizationId);
    await this.read(organizationId);
    // The look-up may have begun before the change.
    await this.prepare(organizationId);
    try {
      await this.pubSub.publish(CHANNEL, organizationId);
    } catch {
      this.logger.warn(
        'A change of routers could not be announced; other replicas notice it within half a minute',
      );
    }
  }

  private async readInTime(organizationId: string): Promise<void> {
    const patience = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).catch(
      () => undefined,
    );
    try {
      await Promise.race([this.read(organizationId), late]);
    } finally {
      patience.abort();
    }
  }

  /** Many requests of a tenant wait for one look-up. */
  private read(organizationId: string): Promise<void> {
    const running = this.reading.get(organizationId);
    if (running) return running;
    const reading = this.load(organizationId)
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'the router of an organization could not be read');
      })
      .finally(() => this.reading.delete(organizationId));
    this.reading.set(organizationId, reading);
    return reading;
  }

  private async load(organizationId: string): Promise<void> {
    const readAtMs = this.clock.now();
    this.outdated.delete(organizationId);
    const standing = await this.routers.findStanding(organizationId);
    const before = this.known.get(organizationId);
    if (standing && before?.router?.routerId === standing.routerId) {
      this.keep(organizationId, { ...before, readAtMs });
      return;
    }
    const content = standing && (await this.routers.findContent(organizationId, standing.routerId));
    if (!standing || content === undefined) {
      this.keep(organizationId, { readAtMs, router: undefined, bytes: 0 });
      return;
    }
    const predictor = this.predictorIn(content, standing.routerId);
    const router = predictor && { ...standing, predictor };
    this.keep(organizationId, { readAtMs, router, bytes: predictor ? content.length : 0 });
  }

  /** Undefined for an artefact that this version cannot read: the router that ships predicts until it is replaced. */
  private predictorIn(content: string, routerId: string): QualityPredictor | undefined {
    try {
      const { fingerprint, weights } = parseRouterArtefact(content);
      return new WeightedPredictor(fingerprint, weights);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.logger.warn(
        { err: error, router_id: routerId },
        'the active router of an organization is unusable',
      );
      return undefined;
    }
  }

  private keep(organizationId: string, known: Known): void {
    this.drop(organizationId);
    const isOutdated = this.outdated.has(organizationId);
    this.known.set(organizationId, isOutdated ? { ...known, readAtMs: Number.NEGATIVE_INFINITY } : known);
    this.bytes += known.bytes;
    for (const other of this.known.keys()) {
      const isTooMuch = this.known.size > MAX_TENANTS || this.bytes > MAX_BYTES;
      if (!isTooMuch || other === organizationId) return;
      this.drop(other);
    }
  }

  private drop(organizationId: string): void {
    this.bytes -= this.known.get(organizationId)?.bytes ?? 0;
    this.known.delete(organizationId);
  }

  /** What was known stays for the case that nothing newer can be read. */
  private outdate(organizationId: string): void {
    const known = this.known.get(organizationId);
    if (this.reading.has(organizationId)) this.outdated.add(organizationId);
    if (known) this.known.set(organizationId, { ...known, readAtMs: Number.NEGATIVE_INFINITY });
  }
}
