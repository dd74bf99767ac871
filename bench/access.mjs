/**
 * npm run bench:access [-- --organizations 1000 --keys 100]: what authentication and the permission check cost. CPU per request
 * from memory, then keys nobody has looked up yet: queries, time, and the memory of what is remembered. Exit code 1 when the
 * check costs more than 25 µs, a miss is not one indexed query, or memory is not bounded.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseArgs } from 'node:util';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';

const { values: options } = parseArgs({
  options: {
    organizations: { type: 'string', default: '1000' },
    keys: { type: 'string', default: '100' },
    checks: { type: 'string', default: '300000' },
  },
});
const limitMicroseconds = 25;
const maxRemembered = 20_000;
const sample = 2_000;
const firstFill = maxRemembered + sample;
const used = firstFill + 10_000;
const together = 100;
const requireHere = createRequire(import.meta.url);
const built = (path) => requireHere(join(root, 'dist', 'src', path));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const folder = mkdtempSync(join(tmpdir(), 'mm-bench-access-'));
  const app = await startApp(folder);
  try {
    return report([...(await measureChecks(app)), ...(await measureMisses(app))]);
  } finally {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

async function startApp(folder) {
  const { CONFIG_CLASSES } = built('config-classes.js');
  const { loadConfig } = built('platform/config/load-config.js');
  const settings = {
    MODELMUXER_DATA_DIR: folder,
    HOST: '127.0.0.1',
    PORT: '0',
    LOG_LEVEL: 'error',
    AUTH_KEY_CACHE_TTL_MS: '60000',
    ALLOWED_API_KEYS: '[{"key":"administrator-key-of-this-bench","role":"admin"}]',
  };
  return built('boot.js').startApi(loadConfig(CONFIG_CLASSES, settings));
}

/** Both guards as the server calls them, on a route that needs a permission, for a key in memory. */
async function measureChecks(app) {
  const guards = [
    app.get(built('auth/authentication.guard.js').AuthenticationGuard, { strict: false }),
    app.get(built('auth/permissions.guard.js').PermissionsGuard, { strict: false }),
  ];
  const { ModelsController } = built('gateway/models.controller.js');
  const request = () => ({
    headers: { authorization: 'Bearer administrator-key-of-this-bench' },
    ip: '127.0.0.1',
    state: {},
  });
  const check = (one) => {
    const context = {
      getHandler: () => ModelsController.prototype.list,
      getClass: () => ModelsController,
      switchToHttp: () => ({ getRequest: () => one, getResponse: () => ({ setHeader() {} }) }),
    };
    return guards.every((guard) => guard.canActivate(context) === true);
  };
  await guards[0].canActivate({
    getHandler: () => ModelsController.prototype.list,
    getClass: () => ModelsController,
    switchToHttp: () => ({ getRequest: request, getResponse: () => ({ setHeader() {} }) }),
  });
  const count = Number(options.checks);
  for (let i = 0; i < count / 10; i++) if (!check(request())) throw new Error('the check refused');
  const before = process.cpuUsage();
  for (let i = 0; i < count; i++) check(request());
  const used = process.cpuUsage(before);
  const microseconds = (used.user + used.system) / count;
  return [
    {
      what: `authentication and permission check from memory (${count} times)`,
      value: `${microseconds.toFixed(2)} µs CPU each`,
      limit: `${limitMicroseconds} µs`,
      ok: microseconds <= limitMicroseconds,
    },
  ];
}

async function measureMisses(app) {
  const [organizations, keysEach] = [Number(options.organizations), Number(options.keys)];
  const total = organizations * keysEach;
  console.log(`Making ${total} keys of ${organizations} organizations.`);
  const dataSource = app.get(requireHere('typeorm').DataSource);
  const tokens = await fillDatabase(app, dataSource, { organizations, keysEach });
  const authenticator = app.get(built('auth/api-key-authenticator.js').ApiKeyAuthenticator, {
    strict: false,
  });
  const caches = app.get(built('auth/auth-caches.js').AuthCaches, { strict: false });
  const queries = countQueries(app);

  console.log('Looking them up.');
  const startedAt = performance.now();
  for (const token of tokens.slice(0, sample)) await expectKnown(authenticator, token);
  const eachMs = (performance.now() - startedAt) / sample;
  const queriesEach = queries.count / sample;

  await useKeys(authenticator, tokens.slice(sample, firstFill));
  const full = heapMb();
  await useKeys(authenticator, tokens.slice(firstFill, used));
  const later = heapMb();
  const plan = await planOf(dataSource, app, tokens[0]);
  return [
    {
      what: `look-up of a key not in memory, among ${total}`,
      value: `${eachMs.toFixed(2)} ms`,
      limit: '-',
      ok: true,
    },
    { what: 'queries per look-up', value: queriesEach.toFixed(3), limit: '1', ok: queriesEach === 1 },
    {
      what: 'reads of whole tables in the plan of that query',
      value: `${plan.sequential} (${plan.indexes} index scans)`,
      limit: '0 of api_key',
      ok: !plan.readsAllKeys,
    },
    {
      what: `keys remembered after ${Math.min(used, total)} were used`,
      value: `${caches.keys.size}`,
      limit: `${maxRemembered}`,
      ok: caches.keys.size <= maxRemembered,
    },
    {
      what: `heap after ${firstFill} and after ${Math.min(used, total)} keys`,
      value: `${full.toFixed(1)} and ${later.toFixed(1)} MB`,
      limit: '+10 %',
      ok: later <= full * 1.1,
    },
  ];
}

/** By SQL: making 100,000 keys one by one would measure something else. */
async function fillDatabase(app, dataSource, { organizations, keysEach }) {
  const hasher = app.get(built('auth/api-key.js').ApiKeyHasher, { strict: false });
  const { newApiKey } = built('auth/api-key.js');
  await dataSource.query(
    `INSERT INTO organization (id, slug, name) SELECT 'org_bench' || n, 'bench-' || n, 'bench' FROM generate_series(1, $1::int) n`,
    [organizations],
  );
  await dataSource.query(
    `INSERT INTO app_user (id) SELECT 'usr_bench' || n FROM generate_series(1, $1::int) n`,
    [organizations],
  );
  await dataSource.query(
    `INSERT INTO membership (organization_id, user_id, role)
     SELECT 'org_bench' || n, 'usr_bench' || n, 'developer' FROM generate_series(1, $1::int) n`,
    [organizations],
  );
  const tokens = [];
  for (let organization = 1; organization <= organizations; organization += 50) {
    const batch = [];
    for (let n = organization; n < organization + 50 && n <= organizations; n++)
      for (let k = 0; k < keysEach; k++) batch.push([n, newApiKey()]);
    await dataSource.query(
      `INSERT INTO api_key (id, organization_id, user_id, name, prefix, hash, permissions)
       SELECT 'key_bench' || left(hash, 20), 'org_bench' || n, 'usr_bench' || n, 'bench', 'mm_bench', hash, ARRAY['models:read']
         FROM unnest($1::int[], $2::text[]) AS made (n, hash)`,
      [batch.map(([n]) => n), batch.map(([, token]) => hasher.hash(token))],
    );
    tokens.push(...batch.map(([, token]) => token));
  }
  await dataSource.query('ANALYZE');
  // Neighbours in the table are not neighbours in time.
  for (let i = tokens.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [tokens[i], tokens[j]] = [tokens[j], tokens[i]];
  }
  return tokens;
}

async function useKeys(authenticator, tokens) {
  for (let from = 0; from < tokens.length; from += together)
    await Promise.all(tokens.slice(from, from + together).map((token) => expectKnown(authenticator, token)));
}

/** A look-up that a busy machine lets time out is tried again: this measures no outage. */
async function expectKnown(authenticator, token, tries = 5) {
  const outcome = await Promise.resolve(authenticator.authenticate(token, '127.0.0.1')).catch(
    (error) => error,
  );
  if (outcome instanceof Error && tries > 0) {
    await sleep(1_500);
    return expectKnown(authenticator, token, tries - 1);
  }
  if (outcome.kind !== 'authenticated')
    throw new Error(`a key of the bench is ${outcome.kind ?? outcome.cause}`);
}

/** Statements about keys; what other parts of the process ask meanwhile is not theirs. */
function countQueries(app) {
  const { ApiKeyRepository } = built('auth/api-key.repository.js');
  const { manager } = app.get(ApiKeyRepository, { strict: false }).keys;
  const counter = { count: 0 };
  const query = manager.query.bind(manager);
  manager.query = (sql, ...rest) => {
    if (/\bfrom api_key\b/i.test(sql)) counter.count += 1;
    return query(sql, ...rest);
  };
  return counter;
}

/** The query itself, taken from what the repository sends. */
async function planOf(dataSource, app, token) {
  const { ApiKeyRepository } = built('auth/api-key.repository.js');
  const repository = app.get(ApiKeyRepository, { strict: false });
  const manager = repository.keys.manager;
  const query = manager.query.bind(manager);
  let sent;
  manager.query = (sql, parameters) => {
    sent = { sql, parameters };
    return query(sql, parameters);
  };
  await repository.findActiveByHash(
    app.get(built('auth/api-key.js').ApiKeyHasher, { strict: false }).hash(token),
  );
  manager.query = query;
  const lines = (await query(`EXPLAIN ${sent.sql}`, sent.parameters)).map((row) => row['QUERY PLAN']);
  return {
    sequential: lines.filter((line) => line.includes('Seq Scan')).length,
    indexes: lines.filter((line) => /Index (Only )?Scan/.test(line)).length,
    readsAllKeys: lines.some((line) => /Seq Scan on api_key/.test(line)),
  };
}

function heapMb() {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
}

function report(rows) {
  const lines = rows.map(({ what, value, limit, ok }) => [what, value, limit, ok ? 'ok' : 'MISSED']);
  for (const line of tableLines([['measured', 'value', 'limit', ''], ...lines])) console.log(line);
  return rows.every(({ ok }) => ok) ? 0 : 1;
}
