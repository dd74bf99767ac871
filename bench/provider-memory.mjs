/**
 * npm run test:provider-memory: how much memory hostile and slow vendors cost one API process. Answers that unfold to
 * 0.5 GB, 0.5 GB of plain text, an SSE line of 20 MB and 150 response headers may add 64 MB each, a thousand parallel
 * slow streams 150 MB, all compared with the process at rest. Prints a table; exit code 1 when a limit is passed.
 */
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies } from '../scripts/lib/install.mjs';
import { Installation } from '../scripts/lib/installation.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { residentMb, untilIdle } from './lib/process-meter.mjs';

const mega = 1_048_576;
const sampleMs = 10;
const repeats = 5;
const warmUps = 20;
const slowStreams = 1_000;
const slowEvents = 15;
const slowEventMs = 1_000;
const piece = Buffer.alloc(65_536, 'x');
/** Members of gzip may follow one another: eight times 64 MB of spaces. */
const unfolding = Buffer.concat(Array.from({ length: 8 }, () => gzipSync(Buffer.alloc(64 * mega, ' '))));

const chunk = (delta, finish = null, more = {}) => ({
  id: 'chatcmpl-memory',
  object: 'chat.completion.chunk',
  created: 1_780_000_000,
  model: 'gpt-4o-mini',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});
const event = (data) => `data: ${JSON.stringify(data)}\n\n`;
const usage = { prompt_tokens: 10, completion_tokens: slowEvents, total_tokens: 10 + slowEvents };
const whole = JSON.stringify({
  ...chunk({}),
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage,
});

const sse = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };

/** What the vendor does, by the word in the prompt; each gets the response and whether a stream was asked for. */
const habits = {
  'fold-json': (response) =>
    void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(unfolding),
  'fold-stream': (response) =>
    void response.writeHead(200, { ...sse, 'content-encoding': 'gzip' }).end(unfolding),
  'plain-json': (response) => pour(response.writeHead(200, json), 512 * mega),
  'half-json': async (response) => {
    response.writeHead(200, json).write('{"choices":[{"message":{"content":"');
    await pour(response, 512 * mega);
  },
  'plain-error': (response) => pour(response.writeHead(500, json), 512 * mega),
  'long-line': async (response) => {
    response.writeHead(200, sse).write(event(chunk({ role: 'assistant', content: 'a' })));
    response.write('data: {"x":"');
    await pour(response, 20 * mega);
  },
  headers: (response) => {
    for (let i = 0; i < 150; i += 1) response.setHeader(`x-vendor-header-${i}`, 'v'.repeat(100));
    response.writeHead(200, json).end(whole);
  },
  slow: async (response) => {
    response.writeHead(200, sse);
    for (let i = 0; i < slowEvents && !response.destroyed; i += 1) {
      response.write(event(chunk({ content: ' word' })));
      await new Promise((resolve) => setTimeout(resolve, slowEventMs));
    }
    response.end(`${event(chunk({}, 'stop', { usage }))}data: [DONE]\n\n`);
  },
  calm: (response, isStreamed) => {
    if (!isStreamed) return void response.writeHead(200, json).end(whole);
    const text = event(chunk({ content: 'Hello' })) + event(chunk({}, 'stop', { usage }));
    response.writeHead(200, sse).end(`${text}data: [DONE]\n\n`);
  },
};

async function pour(response, bytes) {
  for (let sent = 0; sent < bytes && !response.destroyed; sent += piece.length) {
    if (!response.write(piece)) await writable(response);
  }
  response.end();
}

/** Resolves when more can be written, or nothing ever again. */
function writable(response) {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

const vendor = createServer((incoming, response) => {
  const parts = [];
  response.on('error', () => undefined);
  incoming.on('data', (part) => parts.push(part));
  incoming.on('end', () => {
    const text = Buffer.concat(parts).toString();
    const name = /case:([a-z-]+)/.exec(text)?.[1] ?? 'calm';
    void Promise.resolve(habits[name](response, text.includes('"stream":true'))).catch(() => undefined);
  });
});

const hostileCases = [
  { title: '0.5 GB in a gzip answer', name: 'fold-json', isStreamed: false, status: 502 },
  { title: '0.5 GB in a gzip stream', name: 'fold-stream', isStreamed: true, status: 502 },
  { title: 'an SSE line of 20 MB', name: 'long-line', isStreamed: true, status: 200 },
  { title: '150 response headers', name: 'headers', isStreamed: false, status: 200 },
  { title: '0.5 GB of plain text', name: 'plain-json', isStreamed: false, status: 502 },
  // It begins like an answer: read up to PROVIDER_MAX_RESPONSE_BYTES, twice per request because it is repeated.
  {
    title: '0.5 GB that begin like an answer',
    name: 'half-json',
    isStreamed: false,
    status: 502,
    limit: 150,
  },
  { title: '0.5 GB of plain text in a refusal', name: 'plain-error', isStreamed: false, status: 502 },
];

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  vendor.listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  const vendorUrl = `http://127.0.0.1:${vendor.address().port}`;
  try {
    const rows = [];
    for (const hostile of hostileCases) rows.push(await onFresh(vendorUrl, measureHostile(hostile)));
    rows.push(await onFresh(vendorUrl, measureSlowStreams));
    return report(rows);
  } finally {
    vendor.closeAllConnections();
    vendor.close();
  }
});

/** Every case has a process of its own that has done little yet: room left by an earlier case would hide the next one. */
async function onFresh(vendorUrl, measure) {
  const installation = new Installation({
    shape: 'embedded',
    vendorUrl,
    // The breaker would spare us what is to be measured.
    environment: { PROVIDER_BREAKER_MINIMUM_CALLS: '1000', PROVIDER_BREAKER_WINDOW: '1000' },
  });
  try {
    await installation.start();
    const send = sender(installation);
    for (let i = 0; i < warmUps; i += 1) await send('calm', i % 2 === 0).done;
    return await measure(installation, send);
  } finally {
    await installation.remove();
  }
}

function measureHostile({ title, name, isStreamed, status, limit = 64 }) {
  return async (installation, send) => {
    const statuses = [];
    const added = await addedMb(installation, async () => {
      for (let i = 0; i < repeats; i += 1) statuses.push((await send(name, isStreamed).done).status);
    });
    const asExpected = statuses.every((found) => found === status);
    return {
      title,
      added,
      limit,
      note: asExpected ? `answered ${status}` : `answered ${statuses}, not ${status}`,
    };
  };
}

async function measureSlowStreams(installation, send) {
  let complete = 0;
  let together = 0;
  const added = await addedMb(installation, async () => {
    const streams = Array.from({ length: slowStreams }, () => send('slow', true));
    await Promise.all(streams.map(({ begun }) => begun));
    together = streams.filter(({ isOver }) => !isOver()).length;
    const ends = await Promise.all(streams.map(({ done }) => done));
    complete = ends.filter(({ status, text }) => status === 200 && text.includes('[DONE]')).length;
  });
  const note = `${together} open together, ${complete} complete`;
  return { title: `${slowStreams} parallel slow streams`, added, limit: 150, note };
}

/** The highest resident memory during the work above that at rest before it. */
async function addedMb(installation, work) {
  const { api } = installation.pids;
  await untilIdle([api], 20_000);
  const before = residentMb(api);
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, residentMb(api))), sampleMs);
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  return { before, peak, megabytes: peak - before };
}

function sender(installation) {
  const agent = new Agent({ keepAlive: true, maxSockets: slowStreams });
  return (name, isStreamed) => {
    const body = JSON.stringify({
      model: 'gpt-4o-mini',
      max_tokens: 50,
      stream: isStreamed,
      messages: [{ role: 'user', content: `case:${name} ` }],
    });
    const begun = Promise.withResolvers();
    let over = false;
    const done = new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        authorization: `Bearer ${installation.apiKey}`,
      };
      const outgoing = request(`${installation.url}/v1/chat/completions`, { method: 'POST', agent, headers });
      outgoing.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => {
          text += part;
          begun.resolve();
        });
        response.on('end', () => {
          over = true;
          begun.resolve();
          resolve({ status: response.statusCode, text });
        });
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    done.catch(begun.reject);
    return { begun: begun.promise, done, isOver: () => over };
  };
}

function report(rows) {
  const lines = tableLines([
    ['vendor sends', 'RSS MB at rest', 'peak', 'added', 'limit', 'verdict', ''],
    ...rows.map(({ title, added, limit, note }) => [
      title,
      added.before.toFixed(0),
      added.peak.toFixed(0),
      added.megabytes.toFixed(1),
      String(limit),
      added.megabytes < limit ? 'ok' : 'TOO MUCH',
      note,
    ]),
  ]);
  console.log(`\n${lines.join('\n')}`);
  return rows.every(({ added, limit }) => added.megabytes < limit) ? 0 : 1;
}
