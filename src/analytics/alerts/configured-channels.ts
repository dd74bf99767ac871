import type { Clock } from '../../common/clock';
import type { HttpClient } from '../../platform/http/http-client';
import type { AlertChannel } from './alert-channel';
import type { AlertsConfig } from './alerts.config';
import { EmailChannel } from './channels/email-channel';
import { PagerDutyChannel } from './channels/pager-duty-channel';
import { SlackChannel } from './channels/slack-channel';
import { WebhookChannel } from './channels/webhook-channel';

/** The channels that are switched on. Throws, and so ends the start, when one is configured by half. */
export function configuredChannels(
  config: AlertsConfig,
  http: HttpClient,
  clock: Clock,
): readonly AlertChannel[] {
  const channels: AlertChannel[] = [];
  const { emailTo, smtpUrl, slackUrl, pagerDutyKey, webhookUrl, webhookSecret } = config;
  if (emailTo.length > 0) {
    if (smtpUrl === undefined) throw new Error('ALERT_EMAIL_TO: mails need a server; set SMTP_URL too');
    channels.push(new EmailChannel({ smtpUrl, from: config.emailFrom, to: emailTo }));
  }
  if (slackUrl !== undefined) channels.push(new SlackChannel(http, slackUrl));
  if (pagerDutyKey !== undefined) {
    const { pagerDutyUrl: url, pagerDutyMinSeverity: minSeverity } = config;
    channels.push(new PagerDutyChannel(http, { url, routingKey: pagerDutyKey, minSeverity }));
  }
  if (webhookUrl !== undefined) {
    if (webhookSecret === undefined)
      throw new Error('ALERT_WEBHOOK_URL: messages are signed; set ALERT_WEBHOOK_SECRET too');
    channels.push(new WebhookChannel(http, { url: webhookUrl, secret: webhookSecret }, clock));
  }
  return channels;
}
