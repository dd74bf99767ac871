import { Secret } from '../config/secret';
import { Setting } from '../config/setting';
import { choice, integer, text, type SettingType } from '../config/setting-types';

/** Where the database is and how to talk to it. Without `DATABASE_URL` the embedded database is used. */
export class DatabaseConfig {
  static readonly section = 'Database';

  @Setting({
    env: 'DATABASE_URL',
    type: databaseUrl(),
    secret: true,
    describe:
      'PostgreSQL 15 or newer. Unset: an embedded PostgreSQL in MODELMUXER_DATA_DIR, for one process. `sslmode=disable`, `no-verify` or `require` (verified) in the URL rules TLS.',
    example: 'postgres://modelmuxer:password@db.example.com:5432/modelmuxer?sslmode=require',
    unsafeInProduction: (value) => (value === undefined ? 'an external PostgreSQL is required' : undefined),
  })
  readonly url: Secret | undefined;

  @Setting({
    env: 'DATABASE_CA_FILE',
    type: text(),
    describe: 'PEM file with the certificate authority that signed the server certificate; turns TLS on.',
  })
  readonly caFile: string | undefined;

  @Setting({
    env: 'DATABASE_CLIENT_CERT_FILE',
    type: text(),
    describe: 'PEM file with the client certificate; turns TLS on.',
  })
  readonly clientCertFile: string | undefined;

  @Setting({
    env: 'DATABASE_CLIENT_KEY_FILE',
    type: text(),
    describe: 'PEM file with the key of the client certificate.',
  })
  readonly clientKeyFile: string | undefined;

  @Setting({
    env: 'DATABASE_POOL_SIZE',
    type: integer({ min: 2, max: 200 }),
    default: 10,
    describe: 'Connections per process.',
  })
  readonly poolSize: number;

  @Setting({
    env: 'DATABASE_CONNECT_TIMEOUT_MS',
    type: integer({ min: 100, max: 60_000 }),
    default: 5_000,
    describe: 'Longest wait for a connection, a free one of the pool included.',
  })
  readonly connectTimeoutMs: number;

  @Setting({
    env: 'DATABASE_STATEMENT_TIMEOUT_MS',
    type: integer({ min: 100, max: 3_600_000 }),
    default: 30_000,
    describe: 'A statement that runs longer is cancelled; migrations are exempt.',
  })
  readonly statementTimeoutMs: number;

  @Setting({
    env: 'DATABASE_MIGRATION_WAIT_MS',
    type: integer({ min: 1_000, max: 3_600_000 }),
    default: 300_000,
    describe: 'How long a starting process waits while another one migrates the database.',
  })
  readonly migrationWaitMs: number;

  @Setting({
    env: 'DATABASE_ROW_SECURITY',
    type: choice(['auto', 'required', 'off']),
    default: 'auto',
    describe:
      'Row-level security for management routes, with an external PostgreSQL. `auto`: when the role `modelmuxer_tenant` exists or can be made; `required`: else the start fails. Needs connections of its own: no pooler that shares them between transactions.',
  })
  readonly rowSecurity: 'auto' | 'required' | 'off';
}

function databaseUrl(): SettingType<Secret> {
  return {
    label: 'URL (postgres, postgresql)',
    parse(value) {
      const protocol = URL.canParse(value) ? new URL(value).protocol : '';
      if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
        throw new Error('expected a URL starting with postgres:// or postgresql://');
      }
      return new Secret(value);
    },
    format: () => '***',
  };
}
