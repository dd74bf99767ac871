/**
 * The load generator of the benchmark: a child process that runs one slice per message, each over connections
 * that stay open between slices, and answers with what it counted. Latencies in milliseconds.
 */
import { performance } from 'node:perf_hooks';
import { Pool } from 'undici';

const pools = new Map();
let sent = 0;

process.on('message', async (slice) => process.send(await runSlice(slice)));
process.on('disconnect', () => process.exit(0));
process.send({ ready: true });

/** Keeps `connections` requests under way until the time or the number of requests is over; then waits for the last ones. */
async function runSlice({ url, headers, body, connections, durationMs, requests = Infinity }) {
  const target = new URL(url);
  const pool = poolFor(target.origin, connections);
  const options = { path: target.pathname, method: 'POST', headers };
  const count = { started: 0, latencies: [], firstBytes: [], bytes: 0, errors: 0, firstError: undefined };
  const startedAt = performance.now();
  const deadline = startedAt + durationMs;
  const lane = async () => {
    while (count.started < requests && performance.now() < deadline) {
      count.started += 1;
      await once(pool, { ...options, body: numbered(body) }, count);
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  return summarize(count, performance.now() - startedAt);
}

/** No two requests are alike, so that no cache on the way answers instead of the vendor. */
function numbered(body) {
  sent += 1;
  return body.replace('{n}', String(sent));
}

function poolFor(origin, connections) {
  const key = `${origin} ${connections}`;
  const known = pools.get(key);
  if (known !== undefined) return known;
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    headersTimeout: 20_000,
    bodyTimeout: 20_000,
  });
  pools.set(key, pool);
  return pool;
}

function once(pool, options, count) {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    let status = 0;
    let firstAt;
    let text = '';
    const fail = (reason) => {
      count.errors += 1;
      count.firstError ??= reason;
      resolve();
    };
    pool.dispatch(options, {
      onRequestStart() {},
      onResponseStart(_controller, code) {
        status = code;
      },
      onResponseData(_controller, chunk) {
        firstAt ??= performance.now();
        count.bytes += chunk.length;
        if (status !== 200 && text.length < 400) text += chunk.toString('latin1');
      },
      onResponseEnd() {
        if (status !== 200) return fail(`${status} ${text.slice(0, 300)}`);
        count.latencies.push(performance.now() - startedAt);
        count.firstBytes.push((firstAt ?? performance.now()) - startedAt);
        resolve();
      },
      onResponseError(_controller, error) {
        fail(`${error.code ?? error.name}: ${error.message}`);
      },
    });
  });
}

function summarize(count, elapsedMs) {
  const latencies = count.latencies.sort((a, b) => a - b);
  const firstBytes = count.firstBytes.sort((a, b) => a - b);
  const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return {
    requests: latencies.length,
    errors: count.errors,
    firstError: count.firstError,
    perSecond: (latencies.length * 1_000) / elapsedMs,
    bytes: count.bytes,
    p50: at(latencies, 0.5),
    p99: at(latencies, 0.99),
    firstByteP50: at(firstBytes, 0.5),
    firstByteP99: at(firstBytes, 0.99),
  };
}
