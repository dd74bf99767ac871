import { PERSONAL_TABLES } from '../../../src/audit/privacy/personal-tables';
import { openEmbedded, type MigratedDatabase } from '../../support/migrated-database';

/** Columns that name people, in tables with rules of their own. */
const EXEMPT: Readonly<Record<string, string>> = {
  'app_user.email': 'the account: exported by itself, deleted with the last membership',
  'user_identity.user_id': 'part of the account: exported and deleted with it',
  'audit_subject.user_id': 'the link between person and pseudonym, deleted when the person is erased',
  'privacy_erasure.user_id': 'an erasure, forgotten after a day',
};
const PERSONAL = /[._](?:user_id|email|owner_id|member_id)$/;

describe('the list of tables with personal data', () => {
  let database: MigratedDatabase;

  beforeAll(async () => {
    database = await openEmbedded();
  }, 90_000);
  afterAll(() => database.close());

  it('names every column with a user’s id or e-mail address, so that export and erasure forget none', async () => {
    const columns = await database.dataSource.query<{ name: string }[]>(
      `SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns c
       JOIN pg_class k ON k.oid = ('public.' || quote_ident(c.table_name))::regclass AND NOT k.relispartition
       WHERE c.table_schema = 'public' AND k.relkind IN ('r', 'p')`,
    );
    const found = columns.map(({ name }) => name).filter((name) => PERSONAL.test(name));

    const listed = new Set(PERSONAL_TABLES.map(({ table, column }) => `${table}.${column}`));
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter((name) => !listed.has(name) && !(name in EXEMPT))).toEqual([]);
  });

  it('is right about the columns it names', async () => {
    for (const { table, column, key, hidden = [], clear = [] } of PERSONAL_TABLES) {
      const names = ['organization_id', column, ...key, ...hidden, ...clear];
      const [row] = await database.dataSource.query<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = $1 AND column_name = ANY($2::text[])`,
        [table, names],
      );
      expect({ table, columns: row?.n }).toEqual({ table, columns: new Set(names).size });
    }
  });
});
