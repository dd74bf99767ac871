import { query } from './wire-messages';
import { framesOf } from './wire-protocol';

/** Crash recovery reads this much at most, plus what came since the last look. */
const checkpointAfterBytes = 32 * 1024 * 1024;

const walSinceCheckpoint = `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) > ${checkpointAfterBytes}
  from pg_control_checkpoint()`;

/** The thresholds of autovacuum's defaults. */
const mostInNeed = `select format('%I.%I', schemaname, relname) from pg_stat_user_tables
  where n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup
  order by n_dead_tup + n_mod_since_analyze desc limit 1`;

/**
 * What the background processes of a PostgreSQL server do and PGlite, a single process, does not: without it the
 * write-ahead log grows until the next stop and dead rows stay for ever. Call it now and then while no transaction is
 * open; one call treats at most one table.
 */
export function maintain(run: (messages: Buffer) => Buffer): void {
  const [isCheckpointDue] = firstColumn(run(query(walSinceCheckpoint)));
  if (isCheckpointDue === 't') run(query('checkpoint'));
  const [table] = firstColumn(run(query(mostInNeed)));
  if (table !== undefined) run(query(`vacuum (analyze) ${table}`));
}

/** Text values of the first column of an answer. */
export function firstColumn(answer: Buffer): string[] {
  const values: string[] = [];
  for (const { type, start } of framesOf(answer)) {
    if (type !== 'D' || answer.readInt16BE(start + 5) === 0) continue;
    const length = answer.readInt32BE(start + 7);
    if (length >= 0) values.push(answer.toString('utf8', start + 11, start + 11 + length));
  }
  return values;
}
