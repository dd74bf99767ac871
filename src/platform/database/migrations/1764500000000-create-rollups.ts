import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  ADD_FACTS,
  CALL_FACTS,
  COUNT_LATENCIES,
  FACT_TYPE,
  KEEP_CALLS,
  LOCK_ROLLUPS,
  REBUILD,
  factTable,
} from './rollup-sql/rollup-functions';
import {
  BOOK_REQUESTS,
  CREATE_REQUEST_RECORD,
  ENSURE_REQUEST_PARTITION,
  KEEP_REQUESTS,
  REQUEST_FACTS,
  SUM_CALLS,
  TIME_OF_ID,
} from './rollup-sql/request-functions';

const CREATE_KEYS = `
  CREATE TABLE rollup_key (
    id uuid PRIMARY KEY,
    organization_id text NOT NULL,
    detailed boolean NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    region text NOT NULL,
    strategy text NOT NULL,
    intent text NOT NULL,
    purpose text NOT NULL,
    status text NOT NULL,
    project_id text NOT NULL,
    user_id text NOT NULL,
    api_key_id text NOT NULL
  )`;

const CREATE_LATENCY = `
  CREATE TABLE latency_rollup (
    organization_id text NOT NULL,
    hour timestamptz NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    region text NOT NULL,
    caller_region text NOT NULL,
    measure text NOT NULL,
    slot smallint NOT NULL,
    calls bigint NOT NULL,
    PRIMARY KEY (organization_id, hour, provider, model, region, caller_region, measure, slot)
  )`;

/** When periodic work ran last; a row is claimed by whoever may run it next. */
const CREATE_TASKS = `
  CREATE TABLE periodic_task (
    name text PRIMARY KEY,
    next_run_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    last_error text
  )`;

const TRIGGERS = [
  `CREATE TRIGGER usage_record_added AFTER INSERT ON usage_record
     REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_calls_rolled_up()`,
  `CREATE TRIGGER usage_record_changed AFTER UPDATE ON usage_record
     REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
     FOR EACH STATEMENT EXECUTE FUNCTION keep_calls_rolled_up()`,
  `CREATE TRIGGER usage_record_removed AFTER DELETE ON usage_record
     REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_calls_rolled_up()`,
  `CREATE TRIGGER request_record_added AFTER INSERT ON request_record
     REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_requests_rolled_up()`,
  `CREATE TRIGGER request_record_changed AFTER UPDATE ON request_record
     REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
     FOR EACH STATEMENT EXECUTE FUNCTION keep_requests_rolled_up()`,
  `CREATE TRIGGER request_record_removed AFTER DELETE ON request_record
     REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION keep_requests_rolled_up()`,
];

/**
 * Roll-ups of the ledger, and one record per request. The database keeps both itself, in the transaction that
 * books a row, so that they are right whoever books: duplicates, late rows and corrections included.
 */
export class CreateRollups1764500000000 implements MigrationInterface {
  readonly name = 'CreateRollups1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usage_record ADD COLUMN IF NOT EXISTS corrects_id text');
    await runner.query('ALTER TABLE usage_record ADD COLUMN IF NOT EXISTS caller_region text');
    await runner.query(
      'CREATE INDEX usage_record_corrects ON usage_record (corrects_id) WHERE corrects_id IS NOT NULL',
    );
    await runner.query(CREATE_KEYS);
    await runner.query('CREATE INDEX rollup_key_organization ON rollup_key (organization_id, detailed)');
    await runner.query(factTable('usage_rollup_hour'));
    await runner.query(factTable('usage_rollup_day'));
    await runner.query(CREATE_LATENCY);
    await runner.query(
      'CREATE TABLE rollup_zone (organization_id text PRIMARY KEY, time_zone text NOT NULL)',
    );
    await runner.query(CREATE_REQUEST_RECORD);
    await runner.query(
      'CREATE INDEX request_record_organization_time ON request_record (organization_id, requested_at)',
    );
    for (const statement of [
      FACT_TYPE,
      TIME_OF_ID,
      ENSURE_REQUEST_PARTITION,
      LOCK_ROLLUPS,
      ADD_FACTS,
      CALL_FACTS,
      COUNT_LATENCIES,
      SUM_CALLS,
      KEEP_CALLS,
      REQUEST_FACTS,
      KEEP_REQUESTS,
      BOOK_REQUESTS,
      REBUILD,
      ...TRIGGERS,
    ])
      await runner.query(statement);
    await runner.query(`
      SELECT ensure_request_partition((date_trunc('month', now()) + make_interval(months => ahead))::date)
      FROM generate_series(-1, 2) AS ahead`);
    await runner.query(CREATE_TASKS);
    await rollUpWhatIsThere(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const event of ['added', 'changed', 'removed'])
      for (const table of ['usage_record', 'request_record'])
        await runner.query(`DROP TRIGGER ${table}_${event} ON ${table}`);
    await runner.query(`
      DROP FUNCTION keep_calls_rolled_up, keep_requests_rolled_up, rebuild_rollups, book_requests, sum_calls,
        count_latencies, call_facts, request_facts, add_to_rollups, lock_rollups, ensure_request_partition,
        time_of_id`);
    await runner.query('DROP TABLE request_record');
    await runner.query('DROP TYPE rollup_fact');
    await runner.query(
      'DROP TABLE periodic_task, rollup_zone, latency_rollup, usage_rollup_day, usage_rollup_hour, rollup_key',
    );
    await runner.query('DROP INDEX usage_record_corrects');
    await runner.query('ALTER TABLE usage_record DROP COLUMN caller_region, DROP COLUMN corrects_id');
  }
}

/** Rows that were booked before this migration. */
async function rollUpWhatIsThere(runner: QueryRunner): Promise<void> {
  await runner.query(`
    SELECT sum_calls(array_agg(call)) FROM usage_record AS call GROUP BY organization_id, started_on`);
  await runner.query(`
    SELECT rebuild_rollups(organization_id, '-infinity', 'infinity')
    FROM (SELECT DISTINCT organization_id FROM usage_record) AS known`);
}
