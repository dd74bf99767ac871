import { createHmac } from 'node:crypto';
import type { AlertEvent } from '../../../platform/alerts/alert-event';
import type { Clock } from '../../../common/clock';
import type { Secret } from '../../../platform/config/secret';
import type { HttpClient } from '../../../platform/http/http-client';
import type { AlertChannel } from '../alert-channel';
import { postJson } from './post-json';

export interface WebhookOptions {
  readonly url: string;
  readonly secret: Secret;
}

/**
 * Anybody's HTTP server. The signature covers the time of sending, so that a receiver can refuse old messages; the
 * id of the alert lets it recognise a repetition.
 */
export class WebhookChannel implements AlertChannel {
  readonly name = 'webhook';

  constructor(
    private readonly http: HttpClient,
    private readonly options: WebhookOptions,
    private readonly clock: Clock,
  ) {}

  takes(): boolean {
    return true;
  }

  deliver(alert: AlertEvent, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({
      id: alert.id,
      organization_id: alert.organizationId,
      kind: alert.kind,
      severity: alert.severity,
      dedupe_key: alert.dedupeKey,
      summary: alert.summary,
      facts: alert.facts,
      at: alert.at,
    });
    const timestamp = String(Math.floor(this.clock.now() / 1000));
    const signature = createHmac('sha256', this.options.secret.reveal())
      .update(`${timestamp}.${body}`)
      .digest('hex');
    const headers = {
      'x-modelmuxer-alert-id': alert.id,
      'x-modelmuxer-timestamp': timestamp,
      'x-modelmuxer-signature': `v1=${signature}`,
    };
    return postJson(this.http, { url: this.options.url, body, headers, signal });
  }
}
