import { cpuMs, untilIdle } from './process-meter.mjs';
import { bodies } from './requests.mjs';
import { shuffled } from './statistics.mjs';

const idleLimitMs = 30_000;

/** What is asked of each variant: 32 connections for throughput and CPU, few for latency, streams for tokens. */
export const scenarios = [
  { name: 'json-32', connections: 32, body: bodies.json, share: 1 },
  { name: 'json-4', connections: 4, body: bodies.json, share: 0.6 },
  { name: 'json-1', connections: 1, body: bodies.json, share: 0.6 },
  { name: 'stream-8', connections: 8, body: bodies.stream, share: 1 },
];

/** Runs every pair of variant and scenario once, in random order; answers the results as `cycle[scenario][variant]`. */
export async function runCycle(load, variants, sliceMs, onSlice) {
  const pairs = scenarios.flatMap((scenario) => variants.map((variant) => ({ scenario, variant })));
  const cycle = Object.fromEntries(scenarios.map(({ name }) => [name, {}]));
  for (const { scenario, variant } of shuffled(pairs)) {
    const result = await runSlice(load, variant, scenario, sliceMs * scenario.share);
    cycle[scenario.name][variant.name] = result;
    onSlice(scenario, variant, result);
  }
  return cycle;
}

/**
 * One slice. The CPU time counted runs until the variant's processes have nothing left to do, so that work put off
 * (settling, shipping, booking) is paid by the requests that caused it.
 */
export async function runSlice(load, variant, scenario, durationMs) {
  const pids = Object.values(variant.pids);
  const before = cpuByRole(variant.pids);
  const { connections, body } = scenario;
  const url = `${variant.url}/v1/chat/completions`;
  const result = await load.ask({ url, headers: variant.headers, body, connections, durationMs });
  if (result.requests === 0) throw new Error(`${variant.label} answered nothing: ${result.firstError}`);
  const drainMs = pids.length === 0 ? 0 : await untilIdle(pids, idleLimitMs);
  const after = cpuByRole(variant.pids);
  const cpuUs = Object.fromEntries(
    Object.keys(after).map((role) => [role, ((after[role] - before[role]) * 1_000) / result.requests]),
  );
  return { ...result, drainMs, cpuUs };
}

function cpuByRole(pids) {
  return Object.fromEntries(Object.entries(pids).map(([role, pid]) => [role, cpuMs(pid)]));
}
