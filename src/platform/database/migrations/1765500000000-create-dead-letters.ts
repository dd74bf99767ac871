import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The payload is text, because text takes whatever JSON can say, and a value that `jsonb` refuses is a reason to be here. */
const DEAD_LETTER = `
  CREATE TABLE ledger_dead_letter (
    topic text NOT NULL,
    id text NOT NULL,
    organization_id text,
    user_id text,
    payload text NOT NULL,
    reason text NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    refused_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledger_dead_letter_pk PRIMARY KEY (topic, id)
  )`;

/** Rows that the ledger refuses for good, kept until somebody has them booked. */
export class CreateDeadLetters1765500000000 implements MigrationInterface {
  readonly name = 'CreateDeadLetters1765500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DEAD_LETTER);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ledger_dead_letter');
  }
}
