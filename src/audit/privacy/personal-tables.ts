/** A table that says something about a person. */
export interface PersonalTable {
  readonly table: string;
  /** Which rows `t` are about the user: SQL of ours, the organization is `$1` and the user `$2`. */
  readonly match: string;
  /** Column that gets the pseudonym. */
  readonly column?: string;
  /** Columns that identify a row and order the export. */
  readonly key: readonly string[];
  /** Columns that are never exported: secrets, and what says nothing to the person. */
  readonly hidden?: readonly string[];
  /**
   * What erasing does: `delete` the rows, or put the `pseudonym` in place of the user, so that sums stay. Rows that are
   * deleted with the membership or the account say `cascade`.
   */
  readonly erase: 'delete' | 'pseudonym' | 'cascade';
  /** Columns that are set to null when the row gets the pseudonym. */
  readonly clear?: readonly string[];
}

const BY_USER = 't.user_id = $2';
const OWN_KEY = 'k.organization_id = $1 AND k.user_id = $2';

/**
 * Everything the database knows about a user inside one organization, but for the account itself and the audit
 * trail, which have rules of their own. `test/integration/audit/personal-tables.spec.ts` fails for every
 * column of text that nobody has said about whether it can name a person.
 */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  // Alerts name in their summary whom they name in their facts. Before the keys, which say whose they are.
  {
    table: 'alert_event',
    match: `EXISTS (SELECT FROM jsonb_each_text(t.facts) AS fact WHERE fact.value = $2 OR fact.value IN (
      SELECT k.id FROM api_key k WHERE ${OWN_KEY}))`,
    key: ['id'],
    hidden: ['dedupe_key'],
    erase: 'delete',
  },
  {
    table: 'budget_alert',
    match: `(starts_with(t.budget_id, 'default/' || $2 || '/') OR EXISTS (
      SELECT FROM api_key k WHERE ${OWN_KEY} AND starts_with(t.budget_id, 'key/' || k.id || '/')))`,
    key: ['id'],
    erase: 'delete',
  },
  {
    table: 'security_event',
    match: `((t.subject_kind = 'user' AND t.subject_id = $2) OR (t.subject_kind = 'api_key' AND EXISTS (
      SELECT FROM api_key k WHERE ${OWN_KEY} AND k.id = t.subject_id)))`,
    key: ['dedupe_key'],
    hidden: ['dedupe_key'],
    erase: 'delete',
  },
  { table: 'membership', match: BY_USER, key: ['user_id'], erase: 'cascade' },
  { table: 'auth_session', match: BY_USER, key: ['id'], erase: 'cascade' },
  {
    table: 'budget',
    match: `((t.level = 'user' AND t.scope_id = $2) OR (t.level = 'api_key' AND EXISTS (
      SELECT FROM api_key k WHERE ${OWN_KEY} AND k.id = t.scope_id)))`,
    key: ['id'],
    erase: 'delete',
  },
  { table: 'api_key', match: BY_USER, key: ['id'], hidden: ['hash', 'previous_hash'], erase: 'delete' },
  {
    table: 'usage_record',
    match: BY_USER,
    column: 'user_id',
    key: ['started_on', 'attempt_id'],
    erase: 'pseudonym',
    clear: ['client_request_id'],
  },
  {
    table: 'request_record',
    match: BY_USER,
    column: 'user_id',
    key: ['requested_on', 'request_id'],
    hidden: ['fingerprint'],
    erase: 'pseudonym',
    clear: ['fingerprint'],
  },
  {
    table: 'routing_decision',
    match: BY_USER,
    column: 'user_id',
    key: ['decided_on', 'decision_id'],
    hidden: ['record'],
    erase: 'pseudonym',
  },
  {
    table: 'routing_feedback',
    match: BY_USER,
    column: 'user_id',
    key: ['request_id', 'user_id'],
    erase: 'pseudonym',
  },
  {
    table: 'ledger_dead_letter',
    match: BY_USER,
    column: 'user_id',
    key: ['topic', 'id'],
    hidden: ['payload', 'reason'],
    erase: 'pseudonym',
  },
  { table: 'rollup_key', match: BY_USER, column: 'user_id', key: ['id'], hidden: ['id'], erase: 'pseudonym' },
];
