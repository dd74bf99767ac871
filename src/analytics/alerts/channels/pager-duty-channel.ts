import { ALERT_SEVERITIES, type AlertEvent, type AlertSeverity } from '../../../platform/alerts/alert-event';
import type { Secret } from '../../../platform/config/secret';
import type { HttpClient } from '../../../platform/http/http-client';
import type { AlertChannel } from '../alert-channel';
import { postJson } from './post-json';

const MAX_DEDUP_KEY = 255;
const MAX_SUMMARY = 1_024;

export interface PagerDutyOptions {
  readonly url: string;
  readonly routingKey: Secret;
  readonly minSeverity: AlertSeverity;
}

/** PagerDuty's Events API v2. The same occurrence opens one incident, however often it is sent. */
export class PagerDutyChannel implements AlertChannel {
  readonly name = 'pagerduty';

  constructor(
    private readonly http: HttpClient,
    private readonly options: PagerDutyOptions,
  ) {}

  takes({ severity }: AlertEvent): boolean {
    return ALERT_SEVERITIES.indexOf(severity) >= ALERT_SEVERITIES.indexOf(this.options.minSeverity);
  }

  deliver(alert: AlertEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({
      routing_key: this.options.routingKey.reveal(),
      event_action: 'trigger',
      dedup_key: `${alert.organizationId}/${alert.dedupeKey}`.slice(0, MAX_DEDUP_KEY),
      payload: {
        summary: alert.summary.slice(0, MAX_SUMMARY),
        source: 'modelmuxer',
        severity: alert.severity,
        timestamp: alert.at,
        component: alert.kind,
        group: alert.organizationId,
        custom_details: alert.facts,
      },
    });
    return postJson(this.http, { url: this.options.url, body, signal });
  }
}
