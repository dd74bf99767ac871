import { fork } from 'node:child_process';
import { join } from 'node:path';
import { findNode, toolEnvironment } from '../../scripts/lib/install.mjs';
import { pinned } from './pinning.mjs';

/** Starts one of the programs beside this folder, pinned, and waits for its first message (`first`). */
export async function startHelper(file, { args = [], role, execArgv = [] }) {
  const [command, ...before] = pinned(role, [findNode()]);
  const child = fork(join(import.meta.dirname, '..', file), args, {
    execPath: command,
    execArgv: [...before, ...execArgv],
    env: toolEnvironment({ NODE_ENV: 'production' }),
  });
  let failed;
  const ended = new Promise((_resolve, reject) => {
    failed = reject;
  });
  ended.catch(() => undefined);
  child.on('error', failed);
  child.on('exit', (code) => failed(new Error(`${file} ended with exit code ${code}`)));
  const next = () => Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  const first = await next();
  return {
    pid: child.pid,
    first,
    /** Sends a message and waits for the answer; one at a time. */
    ask(message) {
      const answer = next();
      child.send(message);
      return answer;
    },
    stop() {
      child.removeAllListeners('exit');
      child.kill();
    },
  };
}
