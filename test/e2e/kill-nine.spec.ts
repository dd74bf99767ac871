import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describeWithPostgres, describeWithRedis } from '../support/services';

const program = join(__dirname, '..', 'chaos', 'kill-run.mjs');
const limitMs = 240_000;

interface Summary {
  readonly calls: number;
  readonly inFlight: number;
  readonly lost: number;
  readonly double: number;
  readonly wrong: readonly string[];
}

/** The run is a program of its own because it starts and kills processes; its last line is the summary. */
function killRun(shape: 'embedded' | 'services'): Promise<Summary> {
  const args = [program, '--json', '--rounds', '2', '--parallel', '200', '--shape', shape];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { timeout: limitMs - 5_000 }, (error, output, errors) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      if (last.startsWith('{')) resolve(JSON.parse(last) as Summary);
      else reject(new Error(`${error?.message ?? 'no summary'}\n${errors}`));
    });
  });
}

function expectRightBooks(summary: Summary): void {
  expect(summary.calls).toBeGreaterThan(0);
  expect(summary.inFlight).toBeGreaterThan(0);
  expect(summary).toMatchObject({ lost: 0, double: 0, wrong: [] });
}

describe('kill -9 during 200 parallel requests, then restart (embedded shape)', () => {
  it(
    'usage records × process killed: exactly one row for every call the vendor saw, estimates only for calls in flight',
    async () => expectRightBooks(await killRun('embedded')),
    limitMs,
  );
});

describeWithPostgres('kill -9 during 200 parallel requests, then restart', () => {
  describeWithRedis('services shape', () => {
    it(
      'usage records × process killed: exactly one row for every call the vendor saw, estimates only for calls in flight',
      async () => expectRightBooks(await killRun('services')),
      limitMs,
    );
  });
});
