import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Clock } from '../../common/clock';
import { MetricsService } from '../../telemetry/metrics.service';
import { toAuditEvent } from '../api/to-audit-event';
import type { ResolvedAuditRow } from '../trail/resolved-audit-row';
import { ExportRefused, type ExportDestination, type ExportedEvent } from './export-destination';
import { ExportRepository, type DeadLetter, type ExportBacklog } from './export.repository';

/** Token of the list of configured {@link ExportDestination}s. */
export const CONFIGURED_DESTINATIONS = Symbol('CONFIGURED_DESTINATIONS');

const TICK_MS = 1_000;
const BATCH = 200;
const SEND_DEADLINE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 300_000;
const MOST_DOUBLINGS = 20;

interface Pause {
  failures: number;
  untilMs: number;
}

/**
 * Sends events to the configured destinations: each at least once, in the order of its trail, by one process per
 * destination at a time. A destination that is away is tried again with growing pauses, for ever. An event that it refuses
 * by itself is set aside as a dead letter, so that it does not hold up those behind it.
 */
@Injectable()
export class AuditExporter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(AuditExporter.name);
  private readonly holder = randomUUID();
  private readonly stopping = new AbortController();
  private readonly pauses = new Map<string, Pause>();
  private timer: NodeJS.Timeout | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIGURED_DESTINATIONS) private readonly destinations: readonly ExportDestination[],
    private readonly repository: ExportRepository,
    private readonly clock: Clock,
    private readonly metrics: MetricsService,
  ) {}

  onApplicationBootstrap(): void {
    if (this.destinations.length === 0) return;
    this.timer = setInterval(() => {
      this.turn = this.turn.then(() => this.run());
    }, TICK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.turn;
    await Promise.all(this.destinations.map((destination) => this.giveUp(destination)));
  }

  /** One turn: everything that is due. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(this.destinations.map((destination) => this.serve(destination)));
  }

  private async serve(destination: ExportDestination): Promise<void> {
    const pause = this.pauses.get(destination.name);
    if (this.stopping.signal.aborted || (pause && this.clock.now() < pause.untilMs)) return;
    try {
      if (await this.repository.lease(destination.name, this.holder)) await this.exportAll(destination);
      this.pauses.delete(destination.name);
    } catch (error) {
      this.postpone(destination.name, error);
    }
  }

  private async exportAll(destination: ExportDestination): Promise<void> {
    for (const letter of await this.repository.findRetries(destination.name))
      await this.retry(destination, letter);
    for (const backlog of await this.repository.findBacklogs(destination.name))
      await this.exportTrail(destination, backlog);
  }

  private async exportTrail(destination: ExportDestination, backlog: ExportBacklog): Promise<void> {
    let { position } = backlog;
    while (!this.stopping.signal.aborted) {
      const rows = await this.repository.next({ ...backlog, position }, BATCH);
      const last = rows.at(-1);
      if (!last) return;
      await this.sendBatch(destination, rows);
      position = last.sequence;
      await this.repository.advance(destination.name, backlog.organizationId, position);
      if (rows.length < BATCH || !(await this.repository.lease(destination.name, this.holder))) return;
    }
  }

  /** A refused batch is sent event by event: mostly one of them is the reason, or all together were too large. */
  private async sendBatch(destination: ExportDestination, rows: readonly ResolvedAuditRow[]): Promise<void> {
    try {
      await this.send(destination, rows);
    } catch (error) {
      const [only] = rows;
      if (!(error instanceof ExportRefused) || !only) throw error;
      if (rows.length === 1) await this.setAside(destination, only, error);
      else for (const row of rows) await this.sendBatch(destination, [row]);
    }
  }

  private async send(destination: ExportDestination, rows: readonly ResolvedAuditRow[]): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(SEND_DEADLINE_MS)]);
    await destination.send(rows.map(toExportedEvent), signal);
    this.metrics.auditExported(destination.name, 'delivered', rows.length);
  }

  private async setAside(destination: ExportDestination, row: ResolvedAuditRow, error: Error): Promise<void> {
    const letter = { organizationId: row.organization_id, sequence: row.sequence };
    await this.repository.addDeadLetter(destination.name, letter, error.message);
    this.metrics.auditExported(destination.name, 'dead_letter', 1);
    this.logger.error(
      { err: error, destination: destination.name, ...letter },
      'an audit event cannot be exported',
    );
  }

  private async retry(destination: ExportDestination, letter: DeadLetter): Promise<void> {
    const row = await this.repository.find(letter);
    try {
      if (row) await this.send(destination, [row]);
      await this.repository.removeDeadLetter(destination.name, letter);
    } catch (error) {
      if (!(error instanceof ExportRefused) || !row) throw error;
      await this.setAside(destination, row, error);
    }
  }

  private postpone(name: string, error: unknown): void {
    const failures = Math.min((this.pauses.get(name)?.failures ?? 0) + 1, MOST_DOUBLINGS);
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    this.pauses.set(name, { failures, untilMs: this.clock.now() + pauseMs });
    if (failures === 1 && !this.stopping.signal.aborted)
      this.logger.warn({ err: error, destination: name }, 'audit events cannot be exported');
  }

  private async giveUp(destination: ExportDestination): Promise<void> {
    await destination.close().catch(() => undefined);
    await this.repository.release(destination.name, this.holder).catch(() => undefined);
  }
}

function toExportedEvent(row: ResolvedAuditRow): ExportedEvent {
  return Object.assign({ organization_id: row.organization_id }, toAuditEvent(row));
}
