import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Outbox } from '../../platform/outbox/outbox';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { QueueBackend } from '../../platform/queue/queue-backend';
import { MetricsService } from '../../telemetry/metrics.service';
import { UsageOutboxConsumer } from './usage-outbox-consumer';

const FLUSH_DEADLINE_MS = 10_000;
const GAUGE_INTERVAL_MS = 5_000;

/**
 * Connects the outbox to the ledger: books what dead processes left at start, ships while running,
 * and empties the outbox at a graceful stop, while queue and database are still open.
 */
@Injectable()
export class UsageShipping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(UsageShipping.name);
  private gauge: NodeJS.Timeout | undefined;

  constructor(
    private readonly shipper: OutboxShipper,
    private readonly consumer: UsageOutboxConsumer,
    private readonly queue: QueueBackend,
    private readonly outbox: Outbox,
    private readonly metrics: MetricsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.shipper.start(this.consumer);
    this.gauge = setInterval(() => this.reportPending(), GAUGE_INTERVAL_MS).unref();
    const adoption = this.adopt();
    // Counters that live in this process are computed from the ledger, so it has to be complete before
    // traffic. With Redis the counters survived, and the worker may be another, later process.
    if (this.queue.kind === 'postgres') await adoption;
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.gauge);
    const complete = await this.shipper.stop(FLUSH_DEADLINE_MS);
    if (!complete)
      this.logger.warn('Some usage records are still in the spool; the next process will book them');
  }

  private reportPending(): void {
    const { bytes, oldestAgeMs } = this.outbox.pending();
    this.metrics.outboxPending({ bytes, oldestAgeSeconds: oldestAgeMs / 1000 });
  }

  private async adopt(): Promise<void> {
    const report = await this.shipper.adoptLeftovers();
    if (report.folders > 0) {
      this.logger.log(
        `Booked ${report.outcomes} calls and ${report.orphans} unfinished calls of ${report.folders} dead processes`,
      );
    }
  }
}
