import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const tickMs = 1_000 / ticksPerSecond;

/** User and system CPU time of a process with all of its threads, in milliseconds (resolution: one tick, 10 ms). */
export function cpuMs(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in brackets may contain spaces; what follows it starts with field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** Resident memory of a process in megabytes. */
export function residentMb(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

/**
 * Waits until the processes have nothing left to do: two looks in a row, 100 ms apart, in which all of them
 * together used at most one tick. Answers the milliseconds this took; gives up after `limitMs`.
 */
export async function untilIdle(pids, limitMs) {
  const startedAt = performance.now();
  let calm = 0;
  let before = total(pids);
  while (calm < 2 && performance.now() - startedAt < limitMs) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = total(pids);
    calm = now - before <= tickMs * pids.length ? calm + 1 : 0;
    before = now;
  }
  return performance.now() - startedAt;
}

const total = (pids) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
