import { Injectable, Logger } from '@nestjs/common';
import { parseAlertEvent } from '../../platform/alerts/alert-event';
import type { JobProcessor } from '../../platform/queue/job-processor';
import { AlertDesk } from './alert-desk';

/** Takes alerts that any process put into the queue. */
@Injectable()
export class AlertProcessor implements JobProcessor<'alerts'> {
  readonly queue = 'alerts' as const;
  private readonly logger = new Logger(AlertProcessor.name);

  constructor(private readonly desk: AlertDesk) {}

  async process(job: { readonly alerts: readonly unknown[] }): Promise<void> {
    const alerts = job.alerts.map(parseAlertEvent).filter((alert) => alert !== undefined);
    if (alerts.length < job.alerts.length) this.logger.error('A job held alerts that are none');
    await this.desk.take(alerts);
  }
}
