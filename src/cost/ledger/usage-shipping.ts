import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Outbox } from '../../platform/outbox/outbox';
import { OutboxShipper } from '../../platform/outbox/outbox-shipper';
import { QueueBackend } from '../../platform/queue/queue-backend';
import { MetricsService } from '../../telemetry/metrics.service';

const GAUGE_INTERVAL_MS = 5_000;

/** Completes the ledger before traffic where budgets are counted from it, and reports what the outbox still holds. */
@Injectable()
export class UsageShipping implements OnApplicationBootstrap, OnApplicationShutdown {
  private gauge: NodeJS.Timeout | undefined;

  constructor(
    private readonly shipper: OutboxShipper,
    private readonly queue: QueueBackend,
    private readonly outbox: Outbox,
    private readonly metrics: MetricsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.shipper.start();
    this.gauge = setInterval(() => this.reportPending(), GAUGE_INTERVAL_MS).unref();
    // Counters that live in this process are computed from the ledger, so it has to be complete before
    // traffic. With Redis the counters survived, and the worker may be another, later process.
    if (this.queue.kind === 'postgres') await this.shipper.adoptLeftovers();
  }

  onApplicationShutdown(): void {
    clearInterval(this.gauge);
  }

  private reportPending(): void {
    const { bytes, oldestAgeMs } = this.outbox.pending();
    this.metrics.outboxPending({ bytes, oldestAgeSeconds: oldestAgeMs / 1000 });
  }
}
