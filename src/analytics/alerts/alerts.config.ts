import { ALERT_SEVERITIES, type AlertSeverity } from '../../platform/alerts/alert-event';
import { Secret } from '../../platform/config/secret';
import { Setting } from '../../platform/config/setting';
import { choice, decimal, integer, list, secret, text, url } from '../../platform/config/setting-types';

/** Where alerts go, and what is worth one. Each channel is on when its address is set. */
export class AlertsConfig {
  static readonly section = 'Alerts';

  @Setting({
    env: 'ALERT_EMAIL_TO',
    type: list(),
    default: [],
    describe: 'Mailboxes that get alerts; needs SMTP_URL.',
  })
  readonly emailTo: readonly string[];

  @Setting({
    env: 'ALERT_EMAIL_FROM',
    type: text(),
    default: 'modelmuxer@localhost',
    describe: 'Sender of alert mails.',
  })
  readonly emailFrom: string;

  @Setting({
    env: 'SMTP_URL',
    type: secret(),
    secret: true,
    describe: 'Mail server, with user and password if it wants them; `smtps` for TLS from the start.',
    example: 'smtp://user:password@mail.example.com:587',
  })
  readonly smtpUrl: Secret | undefined;

  @Setting({
    env: 'ALERT_SLACK_WEBHOOK_URL',
    type: secret(),
    secret: true,
    describe: 'Incoming webhook of Slack (or of a service that understands the same).',
  })
  readonly slackUrl: Secret | undefined;

  @Setting({
    env: 'ALERT_PAGERDUTY_ROUTING_KEY',
    type: secret(),
    secret: true,
    describe: 'Integration key of a PagerDuty service (Events API v2).',
  })
  readonly pagerDutyKey: Secret | undefined;

  @Setting({
    env: 'ALERT_PAGERDUTY_URL',
    type: url(['https', 'http']),
    default: 'https://events.pagerduty.com/v2/enqueue',
    describe: 'Address of the Events API.',
  })
  readonly pagerDutyUrl: string;

  @Setting({
    env: 'ALERT_PAGERDUTY_MIN_SEVERITY',
    type: choice(ALERT_SEVERITIES),
    default: 'critical',
    describe: 'Alerts below it do not page anybody.',
  })
  readonly pagerDutyMinSeverity: AlertSeverity;

  @Setting({
    env: 'ALERT_WEBHOOK_URL',
    type: url(['https', 'http']),
    describe: 'Gets every alert as JSON; needs ALERT_WEBHOOK_SECRET.',
  })
  readonly webhookUrl: string | undefined;

  @Setting({
    env: 'ALERT_WEBHOOK_SECRET',
    type: secret(),
    secret: true,
    describe:
      'Key of the signature in `x-modelmuxer-signature`: `v1=` and the HMAC-SHA-256 of timestamp, dot, body.',
  })
  readonly webhookSecret: Secret | undefined;

  @Setting({
    env: 'ALERT_DELIVERY_ATTEMPTS',
    type: integer({ min: 1, max: 100 }),
    default: 10,
    describe:
      'How often a delivery is tried, with pauses that double from 5 s to an hour, before it is dead.',
  })
  readonly attempts: number;

  @Setting({
    env: 'ALERT_WINDOW_MINUTES',
    type: integer({ min: 1, max: 1_440 }),
    default: 5,
    describe: 'Error rate, latency and outages are judged by the calls of so many minutes.',
  })
  readonly windowMinutes: number;

  @Setting({
    env: 'ALERT_MIN_CALLS',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 20,
    describe: 'Fewer calls in the window prove nothing.',
  })
  readonly minCalls: number;

  @Setting({
    env: 'ALERT_REPEAT_MINUTES',
    type: integer({ min: 1, max: 10_080 }),
    default: 60,
    describe: 'A state that lasts is told again after so long.',
  })
  readonly repeatMinutes: number;

  @Setting({
    env: 'ALERT_ERROR_RATE',
    type: decimal({ min: 0, max: 1 }),
    default: 0.05,
    describe: 'Share of failed calls above which an alert is due.',
  })
  readonly errorRate: number;

  @Setting({
    env: 'ALERT_LATENCY_P95_WARNING_MS',
    type: integer({ min: 1, max: 3_600_000 }),
    default: 2_000,
    describe: '95th percentile of call latency above which a warning is due.',
  })
  readonly latencyWarningMs: number;

  @Setting({
    env: 'ALERT_LATENCY_P95_CRITICAL_MS',
    type: integer({ min: 1, max: 3_600_000 }),
    default: 10_000,
    describe: '95th percentile of call latency above which the alert is critical.',
  })
  readonly latencyCriticalMs: number;
}
