import './prepare-node';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { DataSource, QueryFailedError } from 'typeorm';
import { readConfig } from './boot';
import { KNOWN_MODELS } from './catalog/known-models';
import { ModelCatalog } from './catalog/model-catalog';
import { KeptVersions } from './decisions/replay/kept-versions';
import { LoggedDecisionReader, type LogPeriod } from './decisions/replay/logged-decision-reader';
import { replayReport } from './decisions/replay/replay-report';
import { RoutingVersionRepository } from './decisions/store/routing-version.repository';
import { DataDirectoryConfig } from './platform/config/data-directory.config';
import { processEnvironment } from './platform/config/process-environment';
import { dataSourceOptions } from './platform/database/data-source-options';
import { DatabaseConfig } from './platform/database/database.config';
import { DatabaseServer } from './platform/database/database-server';
import { CatalogView } from './routing/catalog-view';
import { fingerprintOf } from './routing/fingerprint';
import { readCandidatePolicy } from './routing/learning/replay/candidate-policy';
import { FIXED_RULES, PRESENT_POLICY, ruleOf } from './routing/learning/replay/choice-rule';
import { readLoggedDecision } from './routing/learning/replay/logged-decision';
import { PolicyReplay, type ReplayVersions } from './routing/learning/replay/policy-replay';
import { DEFAULT_PROFILE } from './routing/routing-profile';
import { routingStrategies } from './routing/strategies/index';

const USAGE = `npm run replay -- --policy candidate.yaml --from YYYY-MM-DD --to YYYY-MM-DD [--organization ID] [--implicit]
npm run replay -- --policy candidate.yaml --log decisions.jsonl

Judges another routing policy, {engine?, objective?, weights?}, on logged decisions: those of the database between two days
(UTC, both included) joined with what became of their answers, or those of a file with lines {record, outcome}. Feedback
counts, then grades of judges, and with --implicit answers about which nobody complained as good ones. Uses
the settings of the service. The embedded database can only be read while the service is stopped.
Exit code 0: there is a table. 2: there is none, and why.`;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** SQLSTATE. */
const UNDEFINED_TABLE = '42P01';
const PROGRESS_EVERY = 20_000;

/** What was asked for cannot be done; the text says why, without a stack. */
class Complaint extends Error {}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const strategies = routingStrategies.map((Strategy) => new Strategy());
  const policy = readCandidatePolicy(readText(options.policy));
  const replay = new PolicyReplay(ruleOf(PRESENT_POLICY, strategies), {
    [`candidate (${options.policy})`]: ruleOf(policy, strategies),
    ...FIXED_RULES,
  });
  if (options.log !== undefined) await replayFile(options.log, replay);
  else await replayDatabase(options.period, replay);
  console.log(replayReport(replay).join('\n'));
}

type Options = { readonly policy: string } & (
  { readonly log: string } | { readonly log: undefined; readonly period: LogPeriod }
);

function readOptions(words: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...words],
    options: {
      policy: text,
      log: text,
      from: text,
      to: text,
      organization: text,
      implicit: { type: 'boolean', default: false },
    },
  });
  const { policy, log, from, to, organization, implicit } = values;
  if (policy === undefined) throw new Complaint(`--policy is missing\n\n${USAGE}`);
  if (log !== undefined) {
    if (from !== undefined || to !== undefined)
      throw new Complaint('--log and --from, --to exclude each other');
    return { policy, log };
  }
  if (!isDay(from) || !isDay(to))
    throw new Complaint(`--from and --to are days (UTC), YYYY-MM-DD\n\n${USAGE}`);
  if (from > to) throw new Complaint('--from lies after --to');
  return {
    policy,
    log: undefined,
    period: {
      from,
      to,
      implicitOutcomes: implicit,
      ...(organization !== undefined && { organizationId: organization }),
    },
  };
}

function isDay(text: string | undefined): text is string {
  if (text === undefined || !DAY.test(text)) return false;
  // The 30th of February would be taken for the second of March.
  const at = new Date(`${text}T00:00:00Z`);
  return Number.isFinite(at.getTime()) && at.toISOString().startsWith(text);
}

function readText(path: string): string {
  if (!existsSync(path)) throw new Complaint(`there is no file ${path}`);
  return readFileSync(path, 'utf8');
}

/** The records of a file must belong to the catalogue and the weights of this build. */
async function replayFile(path: string, replay: PolicyReplay): Promise<void> {
  if (!existsSync(path)) throw new Complaint(`there is no file ${path}`);
  const catalog = new CatalogView(new ModelCatalog(KNOWN_MODELS));
  const versions: ReplayVersions = {
    catalogOf: (version) => (version === catalog.version ? catalog : undefined),
    profileOf: (version) => (version === fingerprintOf(DEFAULT_PROFILE) ? DEFAULT_PROFILE : undefined),
  };
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number++;
    if (line.trim() !== '') replay.add(readLoggedDecision(line, number), versions);
  }
  if (number === 0) throw new Complaint(`${path} is empty`);
}

async function replayDatabase(period: LogPeriod, replay: PolicyReplay): Promise<void> {
  const config = readConfig({ environment: processEnvironment(), arguments: [] });
  const database = config.get(DatabaseConfig);
  const { dataDir } = config.get(DataDirectoryConfig);
  if (database.url === undefined && !existsSync(join(dataDir, 'postgresql')))
    throw new Complaint(
      `DATABASE_URL is not set, and ${dataDir} (MODELMUXER_DATA_DIR) holds no database of a service`,
    );
  const server = await DatabaseServer.start(database, dataDir);
  try {
    const limits = { poolSize: 1, connectTimeoutMs: database.connectTimeoutMs, statementTimeoutMs: 0 };
    const dataSource = await new DataSource(dataSourceOptions(server.connection, limits)).initialize();
    server.own(dataSource);
    await replayPages(dataSource, period, replay);
  } finally {
    await server.stop();
  }
}

async function replayPages(dataSource: DataSource, period: LogPeriod, replay: PolicyReplay): Promise<void> {
  const versions = new KeptVersions(new RoutingVersionRepository(dataSource));
  let read = 0;
  let withOutcome = 0;
  let shown = 0;
  for await (const page of new LoggedDecisionReader(dataSource).read(period)) {
    await versions.load(page.decisions);
    for (const decision of page.decisions) replay.add(decision, versions);
    read += page.read;
    withOutcome += page.decisions.length;
    if (read - shown < PROGRESS_EVERY) continue;
    shown = read;
    console.error(`${String(read)} decisions read, ${String(withOutcome)} with an outcome`);
  }
  console.error(`${String(read)} decisions read, ${String(withOutcome)} with an outcome`);
  const when = `from ${period.from} to ${period.to}`;
  if (read === 0) throw new Complaint(`there are no decisions ${when}`);
  if (withOutcome === 0) throw new Complaint(`nothing is known of what became of the decisions ${when}`);
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof QueryFailedError && Reflect.get(error.driverError, 'code') === UNDEFINED_TABLE)
    console.error(
      'The database is of an earlier version: start the service once, it brings the tables up to date.',
    );
  process.exitCode = 2;
  // Whatever was opened before the failure must not keep the process alive.
  setTimeout(() => process.exit(2), 500).unref();
}

main().catch(fail);
