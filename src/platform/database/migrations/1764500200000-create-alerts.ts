import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Alerts, where they still have to be delivered, and which budget thresholds have fired. */
export class CreateAlerts1764500200000 implements MigrationInterface {
  readonly name = 'CreateAlerts1764500200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert_event (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        kind text NOT NULL,
        severity text NOT NULL,
        dedupe_key text NOT NULL,
        summary text NOT NULL,
        facts jsonb NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT alert_event_once UNIQUE (organization_id, dedupe_key)
      )`);
    await runner.query('CREATE INDEX alert_event_listing ON alert_event (organization_id, id)');
    await runner.query(`
      CREATE TABLE alert_delivery (
        alert_id text NOT NULL REFERENCES alert_event ON DELETE CASCADE,
        channel text NOT NULL,
        status text NOT NULL DEFAULT 'pending',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        last_error text,
        delivered_at timestamptz,
        PRIMARY KEY (alert_id, channel)
      )`);
    await runner.query(
      "CREATE INDEX alert_delivery_due ON alert_delivery (next_attempt_at) WHERE status = 'pending'",
    );
    await runner.query(`
      CREATE TABLE budget_alert (
        id text PRIMARY KEY,
        organization_id text NOT NULL,
        budget_id text NOT NULL,
        threshold double precision NOT NULL,
        window_label text NOT NULL,
        fired_at timestamptz NOT NULL DEFAULT now(),
        spent_nano_usd bigint NOT NULL,
        limit_nano_usd bigint NOT NULL,
        CONSTRAINT budget_alert_once UNIQUE (organization_id, budget_id, window_label, threshold)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE budget_alert, alert_delivery, alert_event');
  }
}
