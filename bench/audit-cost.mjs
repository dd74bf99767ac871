/**
 * npm run bench:audit: what audit events cost the process that records them. CPU time per event on the request path
 * (clean, encode, append to the outbox; no queue, no database), per repeated refusal, and per ordinary request that passes
 * the observer. Prints a table; nothing is asserted.
 */
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';

const events = 20_000;
const together = 50;
const requests = 200_000;

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const requireHere = createRequire(import.meta.url);
  requireHere('reflect-metadata');
  const built = (path) => requireHere(join(root, 'dist', 'src', path));
  const folder = mkdtempSync(join(tmpdir(), 'mm-audit-cost-'));
  try {
    console.log(tableLines(await measure(built, folder)).join('\n'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
});

async function measure(built, spoolDir) {
  const { Outbox } = built('platform/outbox/outbox.js');
  const { NodeOutboxFiles } = built('platform/outbox/node-outbox-files.js');
  const { SystemClock } = built('common/clock.js');
  const { OutboxAuditLog } = built('audit/outbox-audit-log.js');
  const { RepeatedEvents } = built('audit/repeated-events.js');
  const { RefusalAudit } = built('gateway/refusal-audit.js');
  const clock = new SystemClock();
  const outbox = new Outbox({ spoolDir, maxMb: 4_096, segmentMb: 4 }, {}, new NodeOutboxFiles(), clock);
  await outbox.start();
  const log = new OutboxAuditLog(outbox, clock);
  const repeated = new RepeatedEvents({ record: () => Promise.resolve() }, clock);
  const observer = new RefusalAudit(repeated);
  const small = { ...event(), before: undefined, after: undefined };
  const change = event();
  const rows = [['what', 'times', 'CPU µs each']];
  const row = async (what, times, work) => {
    await work(Math.min(times, 2_000));
    rows.push([what, times, (await cpuMicroseconds(() => work(times))) / times]);
    rows.at(-1)[2] = rows.at(-1)[2].toFixed(2);
    console.log(`measured: ${what}`);
  };
  await row('a refusal, recorded', events, (times) => inGroups(times, () => log.record(small)));
  await row('a management change, recorded', events, (times) => inGroups(times, () => log.record(change)));
  await row('a refusal that repeats', requests, (times) => repeat(times, () => repeated.note(small)));
  await row('an ordinary request', requests, (times) => repeat(times, () => pass(observer)));
  await outbox.stop();
  return rows;
}

function event() {
  return {
    organizationId: 'org_01k9z0000000000000000000000',
    action: 'api_key.update',
    outcome: 'denied',
    actor: {
      kind: 'api_key',
      userId: 'usr_01k9z0000000000000000000000',
      apiKeyId: 'key_01k9z0000000000000000000000',
    },
    target: { kind: 'api_key', id: 'key_01k9z0000000000000000000001' },
    before: { name: 'ci', allowed_models: ['gpt-4o'], limits: { requests_per_minute: 60 } },
    after: { name: 'ci', allowed_models: ['gpt-4o', 'gpt-4o-mini'], limits: { requests_per_minute: 600 } },
    details: { required: ['org:manage'], route: '/v1/api-keys/:id', method: 'PATCH' },
    requestId: 'req_01k9z0000000000000000000000',
    address: '203.0.113.7',
  };
}

async function inGroups(times, work) {
  for (let n = 0; n < times; n += together) await Promise.all(Array.from({ length: together }, work));
}

async function repeat(times, work) {
  for (let n = 0; n < times; n++) work();
}

function pass(observer) {
  const response = new EventEmitter();
  const request = { state: { caller: { organizationId: 'org_1' } }, headers: {} };
  observer.middleware(request, response, () => undefined);
  response.emit('close');
}

async function cpuMicroseconds(work) {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
