import { appendFile, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../../src/common/ids';
import { encodeLine } from '../../../src/platform/outbox/line-codec';
import type { OutboxLine } from '../../../src/platform/outbox/outbox-line';
import { intent, outcome, OutboxKit, type Bench } from './outbox-kit';

const kit = new OutboxKit();

/** A folder as a dead process leaves it. Returns the path of its only file. */
async function leaveBehind(lines: readonly OutboxLine[]): Promise<string> {
  const folder = join(kit.spoolDir, newId('box'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'lock'), '');
  const file = join(folder, '00000001.log');
  await writeFile(file, lines.map(encodeLine).join(''));
  return file;
}

async function startedBench(): Promise<Bench> {
  const bench = kit.make();
  await bench.shipper.start();
  return bench;
}

const idsOf = (bench: Bench): string[] => bench.ledger.shipped.map((line) => line.id);

describe('adopting the outbox of a dead process', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('ships its outcomes, books calls without an outcome as estimates, and deletes the folder', async () => {
    await leaveBehind([intent('att_1'), intent('att_2'), outcome('att_1')]);
    const bench = await startedBench();

    const report = await bench.shipper.adoptLeftovers();

    expect(report).toMatchObject({ folders: 1, outcomes: 1, orphans: 1, unfinished: 0 });
    expect(bench.ledger.recorded.get('att_1')?.payload).not.toHaveProperty('estimated');
    expect(bench.ledger.recorded.get('att_2')?.payload).toEqual({ estimated: true });
    expect(await kit.folders()).toHaveLength(1);
  });

  it('ships nothing the ledger has, and never replaces an exact row by an estimate', async () => {
    await leaveBehind([intent('att_1'), intent('att_2'), outcome('att_2')]);
    const bench = kit.make();
    bench.ledger.recorded.set('att_1', outcome('att_1', 'exact'));
    bench.ledger.recorded.set('att_2', outcome('att_2', 'exact'));
    await bench.shipper.start();

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 1, outcomes: 0, orphans: 0 });
    expect(bench.ledger.shipped).toEqual([]);
  });

  it('books nothing for a call that was certainly never sent', async () => {
    await leaveBehind([intent('att_1')]);
    const bench = kit.make();
    bench.ledger.neverSent.add('att_1');
    await bench.shipper.start();

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 1, orphans: 0 });
    expect(bench.ledger.recorded.size).toBe(0);
  });

  it('ignores a torn last line and keeps all lines before it', async () => {
    const file = await leaveBehind([intent('att_1'), outcome('att_1')]);
    await appendFile(file, encodeLine(intent('att_2')).slice(0, 30));
    const bench = await startedBench();

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({
      outcomes: 1,
      orphans: 0,
      corruptedLines: 0,
    });
    expect(idsOf(bench)).toEqual(['att_1']);
  });

  it('counts a corrupted line in the middle and loses no other line to it', async () => {
    const file = await leaveBehind([outcome('att_1'), outcome('att_2'), outcome('att_3')]);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('att_2', 'att_9'));
    const bench = await startedBench();

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({
      folders: 1,
      outcomes: 2,
      corruptedLines: 1,
    });
    expect(idsOf(bench)).toEqual(['att_1', 'att_3']);
    expect(bench.outbox.pending().corruptedLines).toBe(1);
  });

  it('is done by one of two adopters that start at once, so that nothing is shipped twice', async () => {
    for (let n = 0; n < 10; n++) await leaveBehind([intent(`att_${n}`), outcome(`att_${n}`)]);
    const [first, second] = [await startedBench(), await startedBench()];

    const reports = await Promise.all([first.shipper.adoptLeftovers(), second.shipper.adoptLeftovers()]);

    expect(reports.reduce((sum, report) => sum + report.folders, 0)).toBe(10);
    expect([...idsOf(first), ...idsOf(second)].sort()).toEqual(
      Array.from({ length: 10 }, (_, n) => `att_${n}`),
    );
  });

  it('keeps the folder until the ledger has everything, and finishes at the next search', async () => {
    const file = await leaveBehind([outcome('att_1')]);
    const bench = kit.make();
    bench.ledger.mode = 'loses';
    await bench.shipper.start();

    expect(await bench.shipper.adoptLeftovers(100)).toMatchObject({ folders: 0, unfinished: 1 });
    expect(await readFile(file, 'utf8')).toContain('att_1');
    expect(bench.outbox.pending().leftoverBytes).toBeGreaterThan(0);

    bench.ledger.mode = 'up';
    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 1, outcomes: 1, unfinished: 0 });
    expect(bench.outbox.pending().leftoverBytes).toBe(0);
  });

  it('leaves everything in place while the consumer is down', async () => {
    await leaveBehind([outcome('att_1')]);
    const bench = kit.make();
    bench.ledger.mode = 'down';
    await bench.shipper.start();

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 0, unfinished: 1 });
    expect(await kit.segments()).toHaveLength(1);
  });

  it('leaves a folder of another host alone until that host has been silent for minutes', async () => {
    const folder = dirname(await leaveBehind([outcome('att_1')]));
    await writeFile(join(folder, 'owner'), 'some other kernel');
    const bench = await startedBench();
    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 0, unfinished: 0 });

    const longAgo = new Date(Date.now() - 180_000);
    await utimes(join(folder, 'owner'), longAgo, longAgo);

    expect(await bench.shipper.adoptLeftovers()).toMatchObject({ folders: 1, outcomes: 1 });
  });

  it('happens again and again by itself, so that a neighbour that dies later is booked too', async () => {
    const bench = kit.make({ adoptIntervalMs: 100 });
    await bench.shipper.start();
    const dead = kit.make();
    await dead.outbox.start();
    await dead.outbox.append(outcome('att_1'));
    await dead.outbox.stop();

    await new Promise((resolve) => setTimeout(resolve, 500));

    expect(idsOf(bench)).toEqual(['att_1']);
    expect(await kit.segments()).toEqual([]);
  });
});
