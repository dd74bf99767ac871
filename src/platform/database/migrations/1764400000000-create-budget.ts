import type { MigrationInterface, QueryRunner } from 'typeorm';

const BUDGET = `
  CREATE TABLE budget (
    id text CONSTRAINT budget_pk PRIMARY KEY,
    organization_id text NOT NULL,
    level text NOT NULL,
    scope_id text NOT NULL,
    budget_window text NOT NULL,
    provider text NOT NULL DEFAULT '',
    model text NOT NULL DEFAULT '',
    limit_nano_usd bigint NOT NULL,
    mode text NOT NULL DEFAULT 'enforce',
    alert_thresholds double precision[] NOT NULL,
    set_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT budget_organization_fk FOREIGN KEY (organization_id)
      REFERENCES organization (id) ON DELETE RESTRICT,
    CONSTRAINT budget_scope_unique UNIQUE (organization_id, level, scope_id, budget_window, provider, model, set_by),
    CONSTRAINT budget_level_known CHECK (level IN ('organization', 'project', 'user', 'api_key')),
    CONSTRAINT budget_window_known CHECK (budget_window IN ('daily', 'weekly', 'monthly', 'yearly')),
    CONSTRAINT budget_mode_known CHECK (mode IN ('enforce', 'warn')),
    CONSTRAINT budget_set_by_known CHECK (set_by IN ('administrator', 'self')),
    CONSTRAINT budget_limit_range CHECK (limit_nano_usd BETWEEN 0 AND 9000000000000000)
  )`;

/** Budgets set through the API. Counters are not here: they follow from the ledger. */
export class CreateBudget1764400000000 implements MigrationInterface {
  readonly name = 'CreateBudget1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(BUDGET);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE budget');
  }
}
