import { spawn } from 'node:child_process';
import { createServer } from 'node:net';

/**
 * Runs a command to its end and collects what it printed. Never rejects: a command that cannot be started
 * answers with code 127 and the reason as its output.
 */
export function run(command, args = [], options = {}) {
  const { echo = false, ...spawnOptions } = options;
  return new Promise((resolve) => {
    const stdio = echo ? 'inherit' : ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { stdio, ...spawnOptions });
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code, signal) => resolve({ code: code ?? 128, signal, output: output.trim() }));
  });
}

/**
 * Starts a server that lives exactly as long as this process: a shell holds our end of a pipe and stops the
 * server when the pipe closes, so that even a kill -9 of this process leaves nothing running.
 */
export function startServer(command, args, options = {}) {
  const { stopSignal = 'TERM', ...spawnOptions } = options;
  const guard = `"$@" </dev/null & server=$!; cat >/dev/null; kill -${stopSignal} $server 2>/dev/null; wait $server`;
  const child = spawn('/bin/sh', ['-c', guard, 'sh', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    ...spawnOptions,
  });
  let log = '';
  const collect = (data) => (log = (log + data).slice(-8_000));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.stdin.on('error', () => undefined);
  const closed = new Promise((resolve) => {
    child.on('error', resolve);
    child.on('close', resolve);
  });
  return {
    log: () => log.trim(),
    async stop() {
      child.stdin.end();
      await closed;
    },
  };
}

/** A TCP port on the loopback interface that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Calls `attempt` until it answers true or the time is over. */
export async function waitUntil(attempt, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (await attempt()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
