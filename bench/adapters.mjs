/**
 * npm run bench:adapters: CPU that one vendor adapter adds to a request of 2 kB (body written, answer read) and to one streamed token,
 * without network: the fixtures of the vendor matrix come from memory. Beside it, what parsing and writing the same JSON costs
 * without any adapter. Limits: 100 microseconds and 10 microseconds. Exit code 1 when one is passed.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';

const limits = { requestUs: 100, tokenUs: 10 };
const warmUps = 300;
const rounds = 5;
const requestsPerRound = 400;
const streamsPerRound = 10;
const tokensPerStream = 500;
const text = 'Please look at this sentence and tell me what it says. '.repeat(36);

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  // Before the hook below, which is for sources only.
  const adapters = wireUp();
  await import('../test/support/fake-vendor/ts-resolve.mjs');
  const { VENDOR_WIRES } = await import('../test/integration/providers/wire/vendor-wires.ts');
  const rows = [];
  for (const wire of VENDOR_WIRES) rows.push(await measure(wire, adapters.find(wire.vendor), adapters.http));
  return report(rows);
});

/** The adapters as their module wires them, on an HTTP client that answers from memory. */
function wireUp() {
  const built = (path) => createRequire(import.meta.url)(join(root, 'dist/src', path));
  const { loadConfig } = built('platform/config/load-config.js');
  const { ProvidersConfig } = built('providers/providers.config.js');
  const { HttpBody } = built('platform/http/http-body.js');
  const { VendorHttp } = built('providers/wire/vendor-http.js');
  const { SystemClock } = built('common/clock.js');
  const { CHAT_ADAPTERS } = built('providers/adapters/index.js');
  const nothing = () => undefined;
  const http = {
    answer: undefined,
    request() {
      const body = new HttpBody({ pause: nothing, resume: nothing, cancel: nothing });
      for (const piece of this.answer.pieces) body.push(piece);
      body.end();
      return Promise.resolve({ status: 200, headers: { 'content-type': this.answer.type }, body });
    },
  };
  const vendorHttp = new VendorHttp(
    http,
    loadConfig([ProvidersConfig], {}).get(ProvidersConfig),
    new SystemClock(),
  );
  const made = CHAT_ADAPTERS.filter(({ name }) => name !== 'DemoAdapter').map(
    (Adapter) => new Adapter(vendorHttp),
  );
  return { http, find: (vendor) => made.find((adapter) => adapter.vendor === vendor) };
}

async function measure({ vendor, model, answers: { text: answer } }, adapter, http) {
  const whole = JSON.stringify(answer.whole);
  http.answer = { type: 'application/json', pieces: [Buffer.from(whole)] };
  const call = callOf(vendor, model);
  const requestUs = await cpuPer(requestsPerRound, () => adapter.complete(call));
  const bareUs = await cpuPer(requestsPerRound, () => JSON.parse(whole) && JSON.stringify(call.request));
  const pieces = longStream(answer.stream);
  http.answer = { type: 'text/event-stream', pieces };
  const streamUs = await cpuPer(streamsPerRound, async () => {
    let tokens = 0;
    for await (const event of adapter.stream(call)) if (event.type === 'text') tokens += 1;
    if (tokens < tokensPerStream)
      throw new Error(`${vendor}: ${tokens} of ${tokensPerStream} tokens arrived`);
  });
  return { vendor, requestUs, bareUs, tokenUs: streamUs / tokensPerStream };
}

/** The stream of the fixture with the event of one word repeated, in pieces of one event as a vendor sends them. */
function longStream(stream) {
  const events = stream.split('\n\n').filter((event) => event !== '');
  const at = events.findIndex((event) => event.includes('Troms'));
  const long = [...events.slice(0, at), ...Array(tokensPerStream).fill(events[at]), ...events.slice(at + 1)];
  return long.map((event) => Buffer.from(`${event}\n\n`));
}

/** Microseconds of CPU for one `work`: the median over the rounds. */
async function cpuPer(times, work) {
  for (let i = 0; i < Math.min(warmUps, times); i += 1) await work();
  const found = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < times; i += 1) await work();
    const { user, system } = process.cpuUsage(before);
    found.push((user + system) / times);
  }
  return found.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

function callOf(provider, model) {
  return {
    endpoint: { provider, baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'k-1' },
    model,
    request: {
      dialect: 'openai-chat',
      model,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'You are brief.' }] },
        { role: 'user', content: [{ type: 'text', text }] },
      ],
      sampling: { temperature: 0.2 },
      choiceCount: 1,
      stream: false,
      includeUsage: true,
      extensions: {},
    },
    maxOutputTokens: 500,
    traits: { reasoning: false, vision: false, tools: true, jsonSchema: true },
    attemptId: 'att_bench',
    signal: new AbortController().signal,
  };
}

function report(rows) {
  const micro = (value) => value.toFixed(1);
  console.log(`\nCPU of one adapter in microseconds, median of ${rounds} rounds; ${process.version}\n`);
  for (const line of tableLines([
    ['vendor', 'request of 2 kB', 'bare JSON', 'streamed token', 'verdict'],
    ...rows.map((row) => [
      row.vendor,
      micro(row.requestUs),
      micro(row.bareUs),
      micro(row.tokenUs),
      isWithin(row) ? 'ok' : 'TOO MUCH',
    ]),
  ]))
    console.log(line);
  return rows.every(isWithin) ? 0 : 1;
}

function isWithin({ requestUs, tokenUs }) {
  return requestUs < limits.requestUs && tokenUs < limits.tokenUs;
}
