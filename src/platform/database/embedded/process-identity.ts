import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names one process so that a later process with the same id is not taken for it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time of the process as the system tells it; only equality has a meaning. */
  readonly startedAt: string;
  readonly host: string;
  /** Changes with every boot; process ids of another boot mean nothing. */
  readonly bootId: string;
  /** Containers on one machine count their processes separately. */
  readonly pidNamespace: string;
}

export function currentProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    startedAt: startTimeOf(process.pid) ?? '',
    host: hostname(),
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '',
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '',
  };
}

/** Whether the process still runs; undefined when it cannot be seen from here (other machine or container). */
export function isProcessAlive(other: ProcessIdentity, self: ProcessIdentity): boolean | undefined {
  if (other.host === self.host && other.bootId !== self.bootId) return false;
  if (other.bootId !== self.bootId || other.pidNamespace !== self.pidNamespace) return undefined;
  return startTimeOf(other.pid) === other.startedAt;
}

/** Undefined when there is no such process. */
function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux')
    return attempt(() => startTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  return attempt(() => execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim());
}

/** Field 22; the second field, the command in parentheses, may itself contain blanks and parentheses. */
function startTicks(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isZombie = fields[0] === 'Z' || fields[0] === 'X';
  return isZombie ? undefined : fields[19];
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
