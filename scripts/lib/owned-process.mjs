import { spawn } from 'node:child_process';

/**
 * The shell holds our end of a pipe: when it closes, even by a kill -9 of this process, the server is told to stop.
 * It also ends when the server does. The server's own process id comes over the fourth descriptor.
 */
const guard = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
( cat <&4 >/dev/null; kill -TERM "$server" 2>/dev/null ) &
exec 4<&-
wait "$server"`;

const headBytes = 8_000;
const tailBytes = 16_000;

/**
 * Starts a program that lives no longer than this process. Answers `{ pid, log, exited, stop, kill }`: `pid` is
 * that of the program itself, `exited` resolves with its exit code, `stop` sends SIGTERM and waits, `kill` is kill -9.
 */
export async function startOwned(command, args, options = {}) {
  const shell = spawn('/bin/sh', ['-c', guard, 'sh', command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
    ...options,
  });
  let head = '';
  let tail = '';
  const collect = (data) => {
    if (head.length < headBytes) head += data;
    else tail = (tail + data).slice(-tailBytes);
  };
  shell.stdout.on('data', collect);
  shell.stderr.on('data', collect);
  shell.stdin.on('error', () => undefined);
  const exited = new Promise((resolve) => {
    shell.on('error', () => resolve(127));
    shell.on('exit', (code) => {
      shell.stdin.end();
      resolve(code ?? 128);
    });
  });
  const pid = await processId(shell, exited);
  return {
    pid,
    log: () => `${head}${tail}`.trim(),
    exited,
    async stop(deadlineMs = 30_000) {
      signal(pid, 'SIGTERM');
      const timer = setTimeout(() => signal(pid, 'SIGKILL'), deadlineMs);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    async kill() {
      signal(pid, 'SIGKILL');
      await exited;
    },
  };
}

function processId(shell, exited) {
  return new Promise((resolve, reject) => {
    shell.stdio[3].once('data', (data) => resolve(Number(String(data).trim())));
    void exited.then((code) => reject(new Error(`The process could not be started (exit code ${code}).`)));
  });
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
