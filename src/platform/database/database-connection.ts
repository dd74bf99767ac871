import { readFileSync } from 'node:fs';
import type { Secret } from '../config/secret';

/** How to reach one database; what both the `pg` driver and TypeORM are configured from. */
export interface DatabaseConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
  /** Undefined means no TLS. */
  readonly tls?: TlsSettings;
}

/** Certificates in PEM form. */
export interface TlsSettings {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Files of a TLS connection; any of them turns TLS on. */
export interface TlsFiles {
  readonly caFile: string | undefined;
  readonly clientCertFile: string | undefined;
  readonly clientKeyFile: string | undefined;
}

const DEFAULT_PORT = 5432;

/**
 * Reads a connection from `DATABASE_URL`. A certificate is verified unless the URL says `sslmode=no-verify`; the driver's
 * own reading of the URL would let `sslmode` overrule the files. `?host=/var/run/postgresql` selects a socket folder.
 */
export function connectionFromUrl(databaseUrl: Secret, files: TlsFiles): DatabaseConnection {
  const url = new URL(databaseUrl.reveal());
  return {
    host: url.searchParams.get('host') ?? (url.hostname === '' ? 'localhost' : url.hostname),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user: url.username === '' ? 'postgres' : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)) || 'postgres',
    tls: tlsOf(url.searchParams.get('sslmode'), files),
  };
}

function tlsOf(sslMode: string | null, files: TlsFiles): TlsSettings | undefined {
  if (sslMode === 'disable') return undefined;
  const anyFile = files.caFile ?? files.clientCertFile ?? files.clientKeyFile;
  if (sslMode === null && anyFile === undefined) return undefined;
  return {
    rejectUnauthorized: sslMode !== 'no-verify',
    ca: readPem(files.caFile),
    cert: readPem(files.clientCertFile),
    key: readPem(files.clientKeyFile),
  };
}

function readPem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, 'utf8');
}
