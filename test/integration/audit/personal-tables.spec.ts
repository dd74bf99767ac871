import { PERSONAL_TABLES } from '../../../src/audit/privacy/personal-tables';
import { openEmbedded, type MigratedDatabase } from '../../support/migrated-database';

/** What a row with a pseudonym keeps of a person: what is needed for sums, and nothing that a person has written. */
const KEPT_WITH_PSEUDONYM: Readonly<Record<string, string>> = {
  usage_record: `attempt_id request_id hold_id organization_id project_id api_key_id endpoint purpose requested_model
    provider resolved_model region strategy objective intent decision_id price_version cost_source status error_code
    corrects_id caller_region service_tier`,
  request_record: `request_id organization_id project_id api_key_id endpoint purpose requested_model strategy objective
    intent decision_id provider model region status error_code cache_outcome last_attempt_id strongest_model
    cheapest_model baseline_price_version`,
  routing_decision: `decision_id organization_id request_id api_key_id experiment_id variant record`,
  routing_feedback: 'request_id organization_id provider model intent',
  ledger_dead_letter: 'topic id organization_id payload reason',
  rollup_key: `id organization_id provider model region strategy intent purpose status project_id api_key_id`,
};

/** Tables about people with rules of their own. */
const OWN_RULES: Readonly<Record<string, string>> = {
  app_user: 'the account: exported by itself, deleted with the last membership',
  user_identity: 'part of the account: exported and deleted with it',
  api_key_place: 'deleted with its key',
  budget_lease:
    'ids of users and keys in names of counters, for as long as a lease is held: removed when it ends',
  audit_event: 'keeps the pseudonym, loses the addresses',
  audit_subject: 'the link between person and pseudonym, deleted when the person is erased',
  privacy_erasure: 'an erasure, forgotten after a day',
  login_throttle: 'hashes of accounts and addresses, deleted after their window',
};

/** Tables that name nobody, each with its columns of text: a new column has to be thought about. */
const ABOUT_NOBODY: Readonly<Record<string, string>> = {
  alert_delivery: 'alert_id channel status last_error',
  audit_chain: 'organization_id first_previous_hash last_hash',
  audit_checkpoint: 'organization_id key_id hash first_previous_hash public_key signature anchored',
  audit_export: 'destination organization_id',
  audit_export_dead_letter: 'destination organization_id reason',
  audit_export_lease: 'destination holder',
  custom_role: 'organization_id name permissions',
  installation_fact: 'name value',
  latency_rollup: 'organization_id provider model region caller_region measure',
  model_alias: 'organization_id name targets',
  organization: 'id slug name time_zone plan status limits',
  periodic_task: 'name last_error',
  plan: 'name limits',
  price_update: 'id organization_id provider model per_million tier source status findings service_tiers',
  project: 'id organization_id name status',
  provider_credential: 'id organization_id provider name key_id sealed',
  rollup_zone: 'organization_id time_zone',
  router_learning: 'organization_id last_result last_decision_id',
  router_activation: 'activation_id organization_id router_id',
  routing_answer_outcome: 'request_id source organization_id provider model',
  routing_experiment: 'experiment_id organization_id name status split_by variants',
  routing_outcome: 'organization_id provider model intent source',
  routing_outcome_batch: 'batch_id',
  routing_version: 'kind version content',
  schema_migration: 'name',
  trained_router: 'router_id organization_id name fingerprint origin content facts verdict',
  usage_rollup_day: 'organization_id key_id',
  usage_rollup_hour: 'organization_id key_id',
};

/** Numbers and instants name nobody by themselves. */
const TEXTUAL = `c.data_type NOT IN ('bigint', 'integer', 'smallint', 'boolean', 'timestamp with time zone', 'date',
  'double precision', 'numeric', 'real')`;

const words = (text = ''): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

describe('the list of tables with personal data', () => {
  let database: MigratedDatabase;
  let columns: ReadonlyMap<string, readonly string[]>;

  beforeAll(async () => {
    database = await openEmbedded();
    const found = await database.dataSource.query<{ table: string; column: string }[]>(
      `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
       JOIN pg_class k ON k.oid = ('public.' || quote_ident(c.table_name))::regclass AND NOT k.relispartition
       WHERE c.table_schema = 'public' AND k.relkind IN ('r', 'p') AND ${TEXTUAL}`,
    );
    const byTable = Map.groupBy(found, ({ table }) => table);
    columns = new Map([...byTable].map(([table, rows]) => [table, rows.map(({ column }) => column)]));
  }, 90_000);
  afterAll(() => database.close());

  it('knows every table, and every column of text where rows stay: a new one has to be classified', () => {
    const unknown = [...columns].flatMap(([table, names]) => {
      if (table in OWN_RULES) return [];
      const personal = PERSONAL_TABLES.find((one) => one.table === table);
      // Rows that are exported whole and deleted need no look at their columns.
      if (personal && personal.erase !== 'pseudonym') return [];
      const known = personal
        ? [...words(KEPT_WITH_PSEUDONYM[table]), personal.column, ...(personal.clear ?? [])]
        : words(ABOUT_NOBODY[table]);
      return names.filter((name) => !known.includes(name)).map((name) => `${table}.${name}`);
    });

    expect(columns.size).toBeGreaterThan(40);
    expect(unknown).toEqual([]);
  });

  it('names no table or column that does not exist any more', () => {
    const named = [
      ...Object.entries(KEPT_WITH_PSEUDONYM),
      ...Object.entries(ABOUT_NOBODY),
      ...PERSONAL_TABLES.map(({ table, column = '', hidden = [], clear = [] }): [string, string] => [
        table,
        [column, ...hidden, ...clear].join(' '),
      ]),
      ...Object.keys(OWN_RULES).map((table): [string, string] => [table, '']),
    ];
    const gone = named.flatMap(([table, names]) =>
      columns.has(table) ? words(names).filter((name) => !columns.get(table)?.includes(name)) : [table],
    );

    expect(gone).toEqual([]);
  });

  it('calls no table harmless that has a column of a person', () => {
    const suspicious = /^(user_id|owner_id|member_id|email|address|actor.*|subject.*|scope_id)$/;
    const found = Object.values(ABOUT_NOBODY).flatMap((names) =>
      words(names).filter((name) => suspicious.test(name)),
    );

    expect(found).toEqual([]);
  });
});
