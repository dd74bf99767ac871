import type { AlertEvent } from '../../../platform/alerts/alert-event';
import type { Secret } from '../../../platform/config/secret';
import type { HttpClient } from '../../../platform/http/http-client';
import type { AlertChannel } from '../alert-channel';
import { postJson } from './post-json';

const SIGNS = { info: ':information_source:', warning: ':warning:', critical: ':rotating_light:' } as const;

/** Slack's incoming webhook. */
export class SlackChannel implements AlertChannel {
  readonly name = 'slack';

  constructor(
    private readonly http: HttpClient,
    private readonly url: Secret,
  ) {}

  takes(): boolean {
    return true;
  }

  deliver(alert: AlertEvent, signal: AbortSignal): Promise<void> {
    const text = `${SIGNS[alert.severity]} ${escapeMarkup(alert.summary)} (${alert.organizationId})`;
    return postJson(this.http, { url: this.url.reveal(), body: JSON.stringify({ text }), signal });
  }
}

/** Slack asks for these three; a name must not become a mention or a link. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
