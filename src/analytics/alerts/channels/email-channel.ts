import type { AlertEvent } from '../../../platform/alerts/alert-event';
import type { Secret } from '../../../platform/config/secret';
import type { AlertChannel } from '../alert-channel';

const TIMEOUT_MS = 10_000;

export interface EmailOptions {
  readonly smtpUrl: Secret;
  readonly from: string;
  readonly to: readonly string[];
}

/** A mail to the configured mailboxes. */
export class EmailChannel implements AlertChannel {
  readonly name = 'email';

  constructor(private readonly options: EmailOptions) {}

  takes(): boolean {
    return true;
  }

  async deliver(alert: AlertEvent, signal: AbortSignal): Promise<void> {
    const { smtpUrl, from, to } = this.options;
    // Costs 20 MB of memory, which processes that send no mail need not pay.
    const { createTransport } = await import('nodemailer');
    signal.throwIfAborted();
    const transport = createTransport({
      url: smtpUrl.reveal(),
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    const abort = (): void => transport.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await transport.sendMail({
        from,
        to: [...to],
        subject: `[ModelMuxer ${alert.severity}] ${alert.summary}`,
        text: textOf(alert),
        messageId: `<${alert.id}@modelmuxer>`,
      });
    } finally {
      signal.removeEventListener('abort', abort);
      transport.close();
    }
  }
}

function textOf({ summary, kind, organizationId, at, facts, id }: AlertEvent): string {
  const lines = Object.entries(facts).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [
    summary,
    '',
    `kind: ${kind}`,
    `organization: ${organizationId}`,
    `at: ${at}`,
    ...lines,
    `alert: ${id}`,
    '',
  ].join('\n');
}
