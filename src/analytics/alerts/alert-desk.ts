import { Inject, Injectable, Logger } from '@nestjs/common';
import { MetricsService } from '../../telemetry/metrics.service';
import type { AlertEvent } from '../../platform/alerts/alert-event';
import type { PeriodicTask } from '../../platform/queue/periodic-task';
import { ALERT_CHANNELS, type AlertChannel } from './alert-channel';
import { AlertRepository, type DueDelivery } from './alert.repository';
import { AlertsConfig } from './alerts.config';

const EVERY_MS = 5_000;
const BATCH = 20;

/**
 * Takes alerts and delivers them, each once per channel. What cannot be delivered is tried again with growing
 * pauses and is dead in the end: it stays in the list of alerts, from where it can be sent once more.
 */
@Injectable()
export class AlertDesk implements PeriodicTask {
  readonly name = 'alert-deliveries';
  readonly everyMs = EVERY_MS;
  private readonly logger = new Logger(AlertDesk.name);

  constructor(
    private readonly alerts: AlertRepository,
    @Inject(ALERT_CHANNELS) private readonly channels: readonly AlertChannel[],
    private readonly config: AlertsConfig,
    private readonly metrics: MetricsService,
  ) {}

  /** Notes alerts durably and logs them; those told before are left out. Delivery follows within seconds. */
  async take(alerts: readonly AlertEvent[]): Promise<void> {
    for (const alert of alerts) {
      const channels = this.channels.filter((channel) => channel.takes(alert)).map(({ name }) => name);
      if (!(await this.alerts.note(alert, channels))) continue;
      this.metrics.alertRaised(alert.kind, alert.severity);
      const { id, organizationId: organization_id, kind, severity, summary } = alert;
      this.logger.warn({ message: summary, alert: id, organization_id, kind, severity });
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const due = await this.alerts.claimDue(BATCH);
      await Promise.all(due.map((delivery) => this.deliver(delivery, signal)));
      if (due.length < BATCH) return;
    }
  }

  private async deliver(delivery: DueDelivery, signal: AbortSignal): Promise<void> {
    const channel = this.channels.find(({ name }) => name === delivery.channel);
    try {
      if (!channel) throw new Error('the channel is not configured any more');
      await channel.deliver(delivery.alert, signal);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.metrics.alertDelivery(delivery.channel, 'failure');
      this.logger.warn({
        message: 'An alert was not delivered',
        alert: delivery.alert.id,
        channel: delivery.channel,
        error: text,
      });
      await this.alerts.failed(delivery, text, this.config.attempts);
      return;
    }
    this.metrics.alertDelivery(delivery.channel, 'success');
    await this.alerts.delivered(delivery);
  }
}
