import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The processors this process may use, as `taskset` numbers. */
function allowedProcessors() {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

const processors = allowedProcessors();
const canPin = processors.length > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Which processors each role runs on: the measured process has one for itself. */
const sets = { server: [processors[0]], rest: processors.slice(1) };

/** The command line that runs `command` on the processors of its role, keeping its process id. */
export function pinned(role, command) {
  return canPin ? ['taskset', '-c', sets[role].join(','), ...command] : command;
}

/** Moves running processes (a database and its children) to the processors of a role. */
export function pinRunning(role, pid) {
  if (canPin) spawnSync('taskset', ['-acp', sets[role].join(','), String(pid)]);
}

export const pinningNote = canPin
  ? `measured process on processor ${sets.server.join(',')}, everything else on ${sets.rest.join(',')}`
  : 'not pinned (one processor, or no taskset)';
