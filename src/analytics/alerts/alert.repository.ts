import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject, type JsonObject } from '../../common/json';
import { parseAlertEvent, type AlertEvent } from '../../platform/alerts/alert-event';

const FIRST_PAUSE_SECONDS = 5;
const LONGEST_PAUSE_SECONDS = 3_600;
/** A delivery whose process died is due again after this long. */
const LEASE_SECONDS = 60;
const MAX_ERROR_LENGTH = 300;

const ALERT_COLUMNS = `
  event.id, event.organization_id AS "organizationId", event.kind, event.severity, event.dedupe_key AS "dedupeKey",
  event.summary, event.facts, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;

/** A delivery that was claimed by this process. */
export interface DueDelivery {
  readonly alert: AlertEvent;
  readonly channel: string;
  /** This one included. */
  readonly attempts: number;
}

/** Remembers alerts and their deliveries; what is due is in the database, so no process can lose it. */
@Injectable()
export class AlertRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Notes an alert with the channels it goes to; false when it was told before. */
  async note(alert: AlertEvent, channels: readonly string[]): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `WITH noted AS (
         INSERT INTO alert_event (id, organization_id, kind, severity, dedupe_key, summary, facts, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id
       ), deliveries AS (
         INSERT INTO alert_delivery (alert_id, channel) SELECT noted.id, channel FROM noted, unnest($9::text[]) AS channel
       )
       SELECT id FROM noted`,
      [
        alert.id,
        alert.organizationId,
        alert.kind,
        alert.severity,
        alert.dedupeKey,
        alert.summary,
        JSON.stringify(alert.facts),
        alert.at,
        [...channels],
      ],
    );
    return rows.length > 0;
  }

  /** Claims deliveries that are due; nobody else gets them for a while. */
  async claimDue(limit: number): Promise<readonly DueDelivery[]> {
    const answer: unknown = await this.dataSource.query(
      `WITH due AS (
         SELECT alert_id, channel FROM alert_delivery WHERE status = 'pending' AND next_attempt_at <= now()
         ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED
       ), claimed AS (
         UPDATE alert_delivery AS delivery
         SET attempts = delivery.attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
         FROM due WHERE delivery.alert_id = due.alert_id AND delivery.channel = due.channel
         RETURNING delivery.alert_id, delivery.channel, delivery.attempts
       )
       SELECT claimed.channel, claimed.attempts, ${ALERT_COLUMNS}
       FROM claimed JOIN alert_event AS event ON event.id = claimed.alert_id`,
      [limit, LEASE_SECONDS],
    );
    const rows = Array.isArray(answer) ? answer.filter(isJsonObject) : [];
    return rows.flatMap((row) => {
      const alert = parseAlertEvent(row);
      return alert ? [{ alert, channel: String(row['channel']), attempts: Number(row['attempts']) }] : [];
    });
  }

  async delivered({ alert, channel }: DueDelivery): Promise<void> {
    await this.dataSource.query(
      `UPDATE alert_delivery SET status = 'delivered', delivered_at = now(), last_error = NULL
       WHERE alert_id = $1 AND channel = $2`,
      [alert.id, channel],
    );
  }

  /** Due again later, or dead when it has been tried often enough. */
  async failed({ alert, channel, attempts }: DueDelivery, error: string, maxAttempts: number): Promise<void> {
    const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);
    await this.dataSource.query(
      `UPDATE alert_delivery SET status = $3, last_error = $4, next_attempt_at = now() + make_interval(secs => $5)
       WHERE alert_id = $1 AND channel = $2`,
      [
        alert.id,
        channel,
        attempts >= maxAttempts ? 'dead' : 'pending',
        error.slice(0, MAX_ERROR_LENGTH),
        pause,
      ],
    );
  }

  /** Newest first; one row more than `limit`, so that the caller sees whether a further page exists. */
  list(organizationId: string, limit: number, before: string | undefined): Promise<readonly JsonObject[]> {
    return this.dataSource.query<JsonObject[]>(
      `SELECT ${ALERT_COLUMNS}, coalesce((
         SELECT jsonb_agg(jsonb_build_object('channel', channel, 'status', status, 'attempts', attempts,
           'last_error', last_error, 'delivered_at', delivered_at) ORDER BY channel)
         FROM alert_delivery WHERE alert_id = event.id), '[]') AS deliveries
       FROM alert_event AS event
       WHERE organization_id = $1 AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [organizationId, before ?? null, limit + 1],
    );
  }

  /** Dead deliveries of an alert become due again. Undefined for an unknown alert, otherwise how many there were. */
  async retry(organizationId: string, id: string): Promise<number | undefined> {
    const [row] = await this.dataSource.query<{ known: boolean; revived: string }[]>(
      `WITH event AS (SELECT id FROM alert_event WHERE organization_id = $1 AND id = $2), revived AS (
         UPDATE alert_delivery SET status = 'pending', attempts = 0, next_attempt_at = now()
         FROM event WHERE alert_id = event.id AND status = 'dead' RETURNING 1)
       SELECT EXISTS (SELECT FROM event) AS known, (SELECT count(*) FROM revived) AS revived`,
      [organizationId, id],
    );
    return row?.known === true ? Number(row.revived) : undefined;
  }
}
