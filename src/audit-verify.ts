import './prepare-node';
import { DataSource } from 'typeorm';
import { parseAnchors, readAnchorFile } from './audit/anchors/file-anchor';
import { AuditConfig } from './audit/audit.config';
import { AuditKeys } from './audit/checkpoints/audit-keys';
import type { Checkpoint } from './audit/checkpoints/checkpoint';
import { CheckpointRepository } from './audit/checkpoints/checkpoint.repository';
import type { TrailReport } from './audit/verify/trail-report';
import { TrailVerifier } from './audit/verify/trail-verifier';
import { readConfig } from './boot';
import { SystemClock } from './common/clock';
import { DataDirectoryConfig } from './platform/config/data-directory.config';
import type { LoadedConfig } from './platform/config/load-config';
import { processEnvironment } from './platform/config/process-environment';
import { dataSourceOptions } from './platform/database/data-source-options';
import { DatabaseConfig } from './platform/database/database.config';
import { DatabaseServer } from './platform/database/database-server';
import { RedisConfig } from './platform/redis/redis.config';

const USAGE = `npm run audit:verify [-- --organization ID] [--anchors FILE or URL]

Checks the audit trail of every organization (or one) directly in the database, and against checkpoints kept
elsewhere: AUDIT_ANCHOR_FILE, and each file or address given with --anchors. Uses the settings of the service. The
embedded database can only be read while the service is stopped; GET /v1/audit/verify checks while it runs.
Exit code 0: intact. 1: not intact. 2: could not be checked.`;
const FETCH_DEADLINE_MS = 30_000;
const HEADINGS = ['organization', 'events', 'last', 'checkpoints', 'anchors', 'result'];

interface Wishes {
  readonly organizations: readonly string[];
  readonly anchors: readonly string[];
}

async function main(): Promise<number> {
  const wishes = readArguments(process.argv.slice(2));
  if (!wishes) {
    console.log(USAGE);
    return 2;
  }
  const config = readConfig({ environment: processEnvironment(), arguments: [] });
  const anchors = await readAnchors([...wishes.anchors, config.get(AuditConfig).anchorFile ?? ''], wishes);
  const server = await DatabaseServer.start(
    config.get(DatabaseConfig),
    config.get(DataDirectoryConfig).dataDir,
  );
  try {
    return await verifyOn(server, config, { ...wishes, found: anchors });
  } finally {
    await server.stop();
  }
}

async function verifyOn(
  server: DatabaseServer,
  config: LoadedConfig,
  { organizations, found: anchors }: Wishes & { readonly found: readonly Checkpoint[] },
): Promise<number> {
  const { connectTimeoutMs } = config.get(DatabaseConfig);
  const options = dataSourceOptions(server.connection, {
    poolSize: 1,
    connectTimeoutMs,
    statementTimeoutMs: 0,
  });
  const dataSource = await new DataSource(options).initialize();
  try {
    const keys = new AuditKeys(
      config.get(AuditConfig),
      config.get(DataDirectoryConfig),
      config.get(RedisConfig),
    );
    const checkpoints = new CheckpointRepository(dataSource, keys, new SystemClock());
    const verifier = new TrailVerifier(dataSource, checkpoints, keys);
    const ids = organizations.length > 0 ? organizations : await verifier.organizations(anchors);
    console.log(`signing key: ${keys.current?.keyId ?? 'none'}; trails: ${ids.length}`);
    const reports: TrailReport[] = [];
    for (const [index, id] of ids.entries()) {
      console.log(`[${index + 1}/${ids.length}] ${id}`);
      reports.push(await verifier.verify(id, { anchors, signal: new AbortController().signal }));
    }
    printTable(reports);
    return reports.every((report) => report.intact) ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
}

function readArguments(words: readonly string[]): Wishes | undefined {
  const organizations: string[] = [];
  const anchors: string[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1];
    if (value === undefined) return undefined;
    if (words[at] === '--organization') organizations.push(value);
    else if (words[at] === '--anchors') anchors.push(value);
    else return undefined;
  }
  return { organizations, anchors };
}

/** A source that was asked for must be there; the configured file may not have been written yet. */
async function readAnchors(sources: readonly string[], wishes: Wishes): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  for (const source of sources) {
    if (source === '') continue;
    try {
      found.push(...(await readAnchorSource(source)));
    } catch (error) {
      if (wishes.anchors.includes(source)) throw error;
      console.log(`AUDIT_ANCHOR_FILE cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
    }
  }
  return found;
}

async function readAnchorSource(source: string): Promise<readonly Checkpoint[]> {
  if (!/^https?:\/\//.test(source)) return readAnchorFile(source);
  const answer = await fetch(source, { signal: AbortSignal.timeout(FETCH_DEADLINE_MS) });
  if (!answer.ok) throw new Error(`${source} answered ${answer.status}`);
  return parseAnchors(await answer.text());
}

function printTable(reports: readonly TrailReport[]): void {
  const rows = reports.map((report) => [
    report.organization_id,
    String(report.events),
    report.last_sequence,
    String(report.checkpoints),
    String(report.anchors),
    report.problem ? `NOT INTACT: ${report.problem.kind} at ${report.problem.sequence ?? '-'}` : 'intact',
  ]);
  const widths = HEADINGS.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(
    ['', line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n'),
  );
  for (const { organization_id, problem, ignored_checkpoints: ignored } of reports) {
    if (problem)
      console.log(`\n${organization_id}: ${problem.explanation} (event ${problem.event_id ?? 'unknown'})`);
    if (ignored > 0)
      console.log(`\n${organization_id}: ${ignored} checkpoints are not signed by a trusted key.`);
  }
}

function fail(error: unknown): number {
  console.error(
    `The audit trail could not be checked: ${error instanceof Error ? error.message : String(error)}`,
  );
  // Whatever was opened before the failure must not keep the process alive.
  setTimeout(() => process.exit(2), 500).unref();
  return 2;
}

void main()
  .catch(fail)
  .then((code) => (process.exitCode = code));
