import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent } from '../access/audit-log';
import { Clock } from '../common/clock';
import type { JsonObject } from '../common/json';

interface Series {
  readonly event: AuditEvent;
  /** Repetitions since the last record of the series. */
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  windowMs: number;
  dueAtMs: number;
}

const SWEEP_MS = 5_000;
const FIRST_WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 3_600_000;
const MOST_SERIES = 5_000;

/**
 * For events that a client can cause without end. The first one of a series (same tenant, action, actor, target and
 * details) is recorded at once. Its repetitions are counted, and recorded together: after a minute, then after
 * two, four … up to an hour while it goes on. Memory is bounded: beyond it, series of one action share one.
 */
@Injectable()
export class RepeatedEvents implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(RepeatedEvents.name);
  readonly #series = new Map<string, Series>();
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  /** While the outbox is still open. */
  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    const open = [...this.#series.values()].filter((series) => series.count > 0);
    this.#series.clear();
    await Promise.all(open.map((series) => this.record(summaryOf(series))));
  }

  /** Never rejects and never waits; a failure of the trail is logged. */
  note(event: AuditEvent): void {
    const nowMs = this.clock.now();
    const known = this.#series.get(keyOf(event));
    if (known) {
      count(known, nowMs);
      return;
    }
    if (this.#series.size < MOST_SERIES) this.begin(event, nowMs);
    else this.noteAmongOthers(event, nowMs);
  }

  /** Records what is due. */
  sweep(): void {
    const nowMs = this.clock.now();
    for (const [key, series] of this.#series) {
      if (nowMs < series.dueAtMs) continue;
      // A slow drip is a series too: it is over after two windows without one.
      if (series.count === 0 && nowMs - series.lastAtMs >= 2 * series.windowMs) {
        this.#series.delete(key);
        continue;
      }
      if (series.count > 0) {
        void this.record(summaryOf(series));
        series.count = 0;
        series.windowMs = Math.min(series.windowMs * 2, LONGEST_WINDOW_MS);
      }
      series.dueAtMs = nowMs + series.windowMs;
    }
  }

  private begin(event: AuditEvent, nowMs: number): void {
    this.#series.set(keyOf(event), {
      event,
      count: 0,
      firstAtMs: nowMs,
      lastAtMs: nowMs,
      windowMs: FIRST_WINDOW_MS,
      dueAtMs: nowMs + FIRST_WINDOW_MS,
    });
    void this.record(event);
  }

  private noteAmongOthers({ organizationId, action, outcome }: AuditEvent, nowMs: number): void {
    const others: AuditEvent = {
      organizationId,
      action,
      outcome,
      actor: { kind: 'anonymous' },
      details: { various: true },
    };
    const known = this.#series.get(keyOf(others));
    if (known) count(known, nowMs);
    else this.begin(others, nowMs);
  }

  private async record(event: AuditEvent): Promise<void> {
    try {
      await this.audit.record(event);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        this.logger.error({ err: error, action: event.action }, 'audit events are being lost');
      this.#isFailing = true;
    }
  }
}

function count(series: Series, nowMs: number): void {
  if (series.count === 0) series.firstAtMs = nowMs;
  series.count += 1;
  series.lastAtMs = nowMs;
}

function summaryOf({ event, count: repeated, firstAtMs, lastAtMs }: Series): AuditEvent {
  const { requestId: _, ...same } = event;
  const details: JsonObject = {
    ...event.details,
    repeated,
    first_at: new Date(firstAtMs).toISOString(),
    last_at: new Date(lastAtMs).toISOString(),
  };
  return { ...same, details };
}

function keyOf({ organizationId, action, actor, target, details }: AuditEvent): string {
  return JSON.stringify([
    organizationId,
    action,
    actor.userId,
    actor.apiKeyId,
    target?.kind,
    target?.id,
    details,
  ]);
}
