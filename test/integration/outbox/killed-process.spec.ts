import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeLedger, OutboxKit, until } from './outbox-kit';

const CALLS_AT_ONCE = 40;
const kit = new OutboxKit();

interface Appender {
  readonly child: ChildProcessWithoutNullStreams;
  /** Acknowledged attempt ids; complete once the process is gone. */
  readonly intents: Set<string>;
  readonly outcomes: Set<string>;
  readonly events: Set<string>;
  readonly ended: Promise<void>;
}

function startAppender(): Appender {
  const hook = join(__dirname, 'run-typescript.cjs');
  const child = spawn(process.execPath, ['-r', hook, join(__dirname, 'appending.process.ts'), kit.spoolDir]);
  const intents = new Set<string>();
  const outcomes = new Set<string>();
  const events = new Set<string>();
  const sets = new Map([
    ['intent', intents],
    ['outcome', outcomes],
    ['event', events],
  ]);
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const [kind = '', id = ''] of lines.map((line) => line.split(' '))) sets.get(kind)?.add(id);
  });
  child.stderr.pipe(process.stderr);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, intents, outcomes, events, ended };
}

describe('a process killed with SIGKILL', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('loses no acknowledged line, wherever it was killed, and leaves orphans only for calls in flight', async () => {
    for (let round = 0; round < 6; round++) {
      const appender = startAppender();
      await until('the first acknowledged outcome', () => appender.outcomes.size > 0);
      await sleep(Math.random() * 400);
      appender.child.kill('SIGKILL');
      await appender.ended;
      const { shipper, ledger, trail } = kit.make();
      await shipper.start();
      const report = await shipper.adoptLeftovers();

      const estimated = new Set(
        [...ledger.recorded].filter(([, line]) => line.payload['estimated']).map(([id]) => id),
      );
      expect([...appender.outcomes].filter((id) => !ledger.recorded.has(id) || estimated.has(id))).toEqual(
        [],
      );
      expect([...appender.intents].filter((id) => !ledger.recorded.has(id))).toEqual([]);
      expect([...appender.events].filter((id) => !trail.recorded.has(id))).toEqual([]);
      expect(trail.shipped).toHaveLength(trail.recorded.size);
      expect(report).toMatchObject({ folders: 1, orphans: estimated.size, corruptedLines: 0, unfinished: 0 });
      expect(estimated.size).toBeLessThanOrEqual(CALLS_AT_ONCE);
      expect(ledger.shipped).toHaveLength(ledger.recorded.size);
    }
  });

  it('is adopted only after its death, by exactly one of several adopters', async () => {
    const appender = startAppender();
    await until('acknowledged outcomes', () => appender.outcomes.size > 50);
    const ledger = new FakeLedger();
    const adopters = [kit.make({ ledger }), kit.make({ ledger }), kit.make({ ledger })];
    for (const { shipper } of adopters) await shipper.start();

    const whileAlive = await Promise.all(adopters.map(({ shipper }) => shipper.adoptLeftovers()));
    expect(whileAlive.map((report) => report.folders)).toEqual([0, 0, 0]);
    expect(ledger.shipped).toEqual([]);

    appender.child.kill('SIGKILL');
    await appender.ended;
    const afterDeath = await Promise.all(adopters.map(({ shipper }) => shipper.adoptLeftovers()));
    expect(afterDeath.map((report) => report.folders).sort()).toEqual([0, 0, 1]);
    expect(ledger.shipped).toHaveLength(ledger.recorded.size);
    expect([...appender.intents].every((id) => ledger.recorded.has(id))).toBe(true);
  });
});
