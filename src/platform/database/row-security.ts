import { Client } from 'pg';
import type { DatabaseConnection } from './database-connection';

/** The role queries within a tenant run as: it owns nothing, so that row-level security binds it. */
export const TENANT_ROLE = 'modelmuxer_tenant';

/** Any constant: all processes of all versions must use the same one. */
const LOCK = 4_951_764_100_002;

/** A role belongs to the whole server: another database may make it at the same moment, or only an operator may. */
const CREATE_ROLE = `
  DO $body$
  BEGIN
    CREATE ROLE ${TENANT_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS;
  EXCEPTION
    WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
  END
  $body$`;

/** A superuser is a member of every role. */
const JOIN_ROLE = `
  DO $body$
  BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
      EXECUTE format('GRANT ${TENANT_ROLE} TO %I', current_user);
    END IF;
  EXCEPTION
    WHEN insufficient_privilege OR undefined_object OR internal_error THEN NULL;
  END
  $body$`;

/** New tables come with every version, so the grants are given anew at every start. */
const GRANTS = [
  `GRANT USAGE ON SCHEMA public TO ${TENANT_ROLE}`,
  `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${TENANT_ROLE}`,
  `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${TENANT_ROLE}`,
  `REVOKE ALL ON installation_fact, schema_migration FROM ${TENANT_ROLE}`,
];

/**
 * Makes the role that the policies bind; runs at every start after the migrations, one process at a
 * time. Undefined when queries can run as that role, else what is missing.
 */
export async function prepareRowSecurity(
  { host, port, user, password, database, tls }: DatabaseConnection,
  connectTimeoutMs: number,
): Promise<string | undefined> {
  const client = new Client({
    host,
    port,
    user,
    password,
    database,
    ssl: tls ?? false,
    application_name: 'modelmuxer row security',
    connectionTimeoutMillis: connectTimeoutMs,
  });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return await prepare(client);
  } finally {
    // The end of the session frees the lock and the role.
    await client.end();
  }
}

async function prepare(client: Client): Promise<string | undefined> {
  try {
    await client.query(CREATE_ROLE);
    await client.query(JOIN_ROLE);
    for (const statement of GRANTS) await client.query(statement);
    await client.query(`SET ROLE ${TENANT_ROLE}`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the role cannot be used';
  }
}
