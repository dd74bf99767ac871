/** A table that says something about a person. */
export interface PersonalTable {
  readonly table: string;
  /** Column with the user's id. */
  readonly column: string;
  /** Further condition on the row, SQL of ours. */
  readonly where?: string;
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

/**
 * Everything the database knows about a user inside one organization, but for the account itself and the audit
 * trail, which have rules of their own. `test/integration/audit/personal-tables.spec.ts` fails when a table with a
 * user's id is neither here nor exempt.
 */
export const PERSONAL_TABLES: readonly PersonalTable[] = [
  { table: 'membership', column: 'user_id', key: ['user_id'], erase: 'cascade' },
  { table: 'auth_session', column: 'user_id', key: ['id'], erase: 'cascade' },
  { table: 'api_key', column: 'user_id', key: ['id'], hidden: ['hash'], erase: 'delete' },
  { table: 'budget', column: 'scope_id', where: `level = 'user'`, key: ['id'], erase: 'delete' },
  {
    table: 'usage_record',
    column: 'user_id',
    key: ['started_on', 'attempt_id'],
    erase: 'pseudonym',
    clear: ['client_request_id'],
  },
  {
    table: 'request_record',
    column: 'user_id',
    key: ['requested_on', 'request_id'],
    hidden: ['fingerprint'],
    erase: 'pseudonym',
    clear: ['fingerprint'],
  },
  {
    table: 'routing_decision',
    column: 'user_id',
    key: ['decided_on', 'decision_id'],
    hidden: ['record'],
    erase: 'pseudonym',
  },
  { table: 'routing_feedback', column: 'user_id', key: ['request_id', 'user_id'], erase: 'pseudonym' },
  {
    table: 'security_event',
    column: 'subject_id',
    where: `subject_kind = 'user'`,
    key: ['dedupe_key'],
    hidden: ['dedupe_key'],
    erase: 'delete',
  },
  { table: 'rollup_key', column: 'user_id', key: ['id'], hidden: ['id'], erase: 'pseudonym' },
];
