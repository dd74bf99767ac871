/**
 * npm run bench:image: how often an image of 10 MB is copied on its way through one API process. Every allocation of the
 * main thread's heap is attributed to the function that made it while one request passes, beside a request without image.
 * Buffers lie outside the heap; the peak of resident memory, which has them all, is printed below.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWhenStale } from '../scripts/lib/build.mjs';
import { ensureDependencies, root } from '../scripts/lib/install.mjs';
import { Installation } from '../scripts/lib/installation.mjs';
import { onPackagedNode } from '../scripts/lib/packaged-node.mjs';
import { tableLines } from '../scripts/lib/table.mjs';
import { openHeapInspector } from './lib/heap-inspector.mjs';
import { residentMb, untilIdle } from './lib/process-meter.mjs';

const mega = 1_048_576;
const imageBytes = 10 * mega;
const samplingInterval = 65_536;
const warmUps = 30;
/** Smaller allocations are not copies of the image. */
const copyBytes = imageBytes / 2;

const vendorModel = {
  id: 'sees',
  context: 100_000_000,
  max_output: 100,
  price: { input: 0, output: 0 },
  capabilities: { vision: true },
};
const whole = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'sees',
  choices: [{ index: 0, message: { role: 'assistant', content: 'A picture.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 800, completion_tokens: 3, total_tokens: 803 },
});

let arrived = 0;
const vendor = createServer((request, response) => {
  arrived = 0;
  request.on('data', (part) => (arrived += part.length));
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(whole));
});

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  vendor.listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  const vendorUrl = `http://127.0.0.1:${vendor.address().port}`;
  const seeing = { base_url: `${vendorUrl}/v1`, models: [vendorModel] };
  const installation = new Installation({
    shape: 'embedded',
    vendorUrl,
    nodeOptions: ['--inspect=127.0.0.1:0'],
    environment: { MAX_BODY_MB: '32', EXTRA_PROVIDERS: JSON.stringify({ seeing }) },
  });
  try {
    await installation.start();
    return await measure(installation);
  } finally {
    await installation.remove();
    vendor.closeAllConnections();
    vendor.close();
  }
});

async function measure(installation) {
  const small = bodyWith('iVBORw0KGgo=');
  const large = bodyWith(Buffer.alloc((imageBytes / 4) * 3, 'image').toString('base64'));
  for (let i = 0; i < warmUps; i += 1) await send(installation, small);
  await send(installation, large);
  const inspector = await openHeapInspector(() => installation.logOf('api'));
  const without = await inspector.allocationsDuring(() => send(installation, small), samplingInterval);
  const withImage = await inspector.allocationsDuring(() => send(installation, large), samplingInterval);
  inspector.close();
  const added = await peakOf(installation, large);

  const copies = withImage.filter(({ bytes }) => bytes > copyBytes);
  console.log(
    `\nAn image of ${imageBytes / mega} MB (as base64) through one API process; ${arrived} bytes reached the vendor\n`,
  );
  const rows = copies
    .toSorted((a, b) => b.bytes - a.bytes)
    .map(({ name, url, line, bytes }) => [
      name || '(anonymous)',
      placeOf(url, line),
      inMb(bytes),
      times(bytes),
    ]);
  for (const line of tableLines([['allocated by', 'where', 'MB', 'times the image'], ...rows]))
    console.log(line);
  console.log(
    `\nheap of a request without image: ${inMb(sum(without))} MB; with it: ${inMb(sum(withImage))} MB`,
  );
  console.log(
    `resident memory above rest during three such requests, buffers included: ${added.toFixed(0)} MB`,
  );
  const adapter = sum(copies.filter(({ name, url }) => isAdapter(name, url)));
  console.log(`copies made by the adapter: ${times(adapter)} (limit 1)`);
  return adapter < 1.2 * imageBytes ? 0 : 1;
}

/** Building the vendor's body is the adapter's work; reading the client's is the gateway's. */
function isAdapter(name, url) {
  return url.includes('/src/providers/') || name === 'stringify';
}

async function peakOf(installation, body) {
  const { api } = installation.pids;
  await untilIdle([api], 20_000);
  const before = residentMb(api);
  let peak = before;
  const sampler = setInterval(() => (peak = Math.max(peak, residentMb(api))), 5);
  for (let i = 0; i < 3; i += 1) await send(installation, body);
  clearInterval(sampler);
  return peak - before;
}

function bodyWith(base64) {
  const image_url = { url: `data:image/png;base64,${base64}` };
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url },
  ];
  return JSON.stringify({ model: 'seeing/sees', max_tokens: 10, messages: [{ role: 'user', content }] });
}

async function send(installation, body) {
  const response = await fetch(`${installation.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${text.slice(0, 300)}`);
}

function placeOf(url, line) {
  const path = url.startsWith('file:') ? fileURLToPath(url) : url;
  return path === '' ? '(engine)' : `${path.startsWith(root) ? relative(root, path) : path}:${line}`;
}

function sum(allocations) {
  return allocations.reduce((total, { bytes }) => total + bytes, 0);
}

function inMb(bytes) {
  return (bytes / mega).toFixed(1);
}

function times(bytes) {
  return (bytes / imageBytes).toFixed(2);
}
