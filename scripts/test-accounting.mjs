/**
 * npm run test:accounting [-- --rounds 25] [--seed 1]: the books under 200 parallel random requests with random faults, so many
 * times on each of the quota stores and with three processes on one Redis. `npm test` does the same with two rounds.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './lib/install.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '25' }, seed: { type: 'string' } },
});
const child = spawn(process.execPath, [join(root, 'scripts/test.mjs'), 'test/integration/accounting'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    ACCOUNTING_ROUNDS: options.rounds,
    ...(options.seed !== undefined && { ACCOUNTING_SEED: options.seed }),
  },
});
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;
