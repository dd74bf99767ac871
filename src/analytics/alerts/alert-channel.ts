import type { AlertEvent } from '../../platform/alerts/alert-event';

/** A way to tell people about alerts. */
export interface AlertChannel {
  /** Name under which deliveries are remembered. */
  readonly name: 'email' | 'slack' | 'pagerduty' | 'webhook';
  /** Whether this alert is for this channel. */
  takes(alert: AlertEvent): boolean;
  /** Resolves when the other side has it; rejects to be tried again. The signal ends it. */
  deliver(alert: AlertEvent, signal: AbortSignal): Promise<void>;
}

/** Token of the list of the channels that are switched on. */
export const ALERT_CHANNELS = Symbol('ALERT_CHANNELS');
