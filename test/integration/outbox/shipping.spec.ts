import { access, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OutboxLine } from '../../../src/platform/outbox/outbox-line';
import { FakeLedger, intent, outcome, OutboxKit, until, type Bench } from './outbox-kit';

const kit = new OutboxKit();

async function noteCalls(bench: Bench, count: number, prefix = 'att'): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => `${prefix}_${n}`);
  await Promise.all(ids.map((id) => bench.outbox.append(intent(id))));
  await Promise.all(ids.map((id) => bench.outbox.append(outcome(id))));
  return ids;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

describe('shipping from the outbox', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('delivers every outcome once, in batches of at most 200, in the order they were noted', async () => {
    const bench = kit.make();
    await bench.shipper.start();

    const ids = await noteCalls(bench, 1_000);
    await until('all shipped', () => bench.ledger.shipped.length === 1_000);

    expect(bench.ledger.shipped.map((line) => line.id)).toEqual(ids);
    expect(bench.ledger.largestBatch).toBeLessThanOrEqual(200);
    expect(bench.outbox.pending()).toMatchObject({ lines: 2_000, unshippedOutcomes: 0, full: false });
  });

  it('keeps everything while the consumer is down and drains when it is back', async () => {
    const bench = kit.make({ segmentMb: 0.01 });
    bench.ledger.mode = 'down';
    await bench.shipper.start();
    const ids = await noteCalls(bench, 300);
    await sleep(100);
    expect(bench.outbox.pending().unshippedOutcomes).toBe(300);

    bench.ledger.mode = 'up';

    expect(await bench.shipper.flush(8_000)).toBe(true);
    expect([...bench.ledger.recorded.keys()].sort()).toEqual([...ids].sort());
    expect(await kit.segments()).toEqual([]);
  });

  it('never deletes a file before the ledger has all of its attempts, intents included', async () => {
    const bench = kit.make();
    await bench.shipper.start();
    await bench.outbox.append(intent('att_open'));
    await noteCalls(bench, 10);
    const [file = ''] = await kit.segments();

    expect(await bench.shipper.flush(300)).toBe(false);
    expect(bench.ledger.recorded.size).toBe(10);
    expect(await exists(file)).toBe(true);

    await bench.outbox.append(outcome('att_open'));
    expect(await bench.shipper.flush(5_000)).toBe(true);
    expect(await exists(file)).toBe(false);
  });

  it('never deletes a file whose outcomes were taken but lost on the way, and ships them again after a while', async () => {
    const bench = kit.make();
    bench.ledger.mode = 'loses';
    await bench.shipper.start();
    await noteCalls(bench, 5);
    expect(await bench.shipper.flush(300)).toBe(false);
    expect(bench.ledger.shipped).toHaveLength(5);
    expect(await kit.segments()).toHaveLength(1);

    bench.ledger.mode = 'up';
    bench.clock.shiftMs += 31_000;

    expect(await bench.shipper.flush(5_000)).toBe(true);
    expect(bench.ledger.shipped).toHaveLength(10);
    expect(bench.ledger.recorded.size).toBe(5);
  });

  it('closes and trims a small file after some seconds without any further traffic', async () => {
    const bench = kit.make();
    await bench.shipper.start();
    await noteCalls(bench, 1);
    await sleep(50);
    expect(await kit.segments()).toHaveLength(1);

    bench.clock.shiftMs += 11_000;

    await until('the file is trimmed', async () => (await kit.segments()).length === 0);
    expect(bench.outbox.pending()).toMatchObject({ lines: 0, bytes: 0, segments: 0, oldestAgeMs: 0 });
  });

  it('lists exactly the outcomes the ledger does not have, for rebuilding counters', async () => {
    const bench = kit.make();
    bench.ledger.mode = 'loses';
    await bench.shipper.start();
    await noteCalls(bench, 4);
    bench.ledger.recorded.set('att_1', outcome('att_1'));

    const listed: OutboxLine[] = [];
    for await (const line of bench.shipper.unrecordedLines('usage')) listed.push(line);

    expect(listed.map((line) => line.id)).toEqual(['att_0', 'att_2', 'att_3']);
  });

  it('holds a bounded part in memory under a stuck consumer, and still delivers everything afterwards', async () => {
    const stuck = new FakeLedger();
    stuck.mode = 'stuck';
    const bench = kit.make({ ledger: stuck, segmentMb: 1 });
    await bench.shipper.start();
    const heapBefore = usedHeap();
    for (let n = 0; n < 20_000; n++) await bench.outbox.append(outcome(`att_${n}`, 'x'.repeat(3_000)));
    const heapGrowth = usedHeap() - heapBefore;

    expect(bench.outbox.pending().bytes).toBeGreaterThan(60_000_000);
    expect(heapGrowth).toBeLessThan(25_000_000);

    await bench.shipper.stop(0);
    await bench.outbox.stop();
    const heir = kit.make();
    await heir.shipper.start();
    const report = await heir.shipper.adoptLeftovers();
    expect(report).toMatchObject({ folders: 1, outcomes: 20_000, orphans: 0, corruptedLines: 0 });
  });

  it('ships from the file what did not fit into memory, and nothing of it twice', async () => {
    const bench = kit.make({ segmentMb: 64 });
    await bench.shipper.start();
    await noteCalls(bench, 400, 'early');
    await until('the first are shipped', () => bench.ledger.shipped.length === 400);
    bench.ledger.mode = 'down';
    for (let n = 0; n < 50; n++) await noteCalls(bench, 400, `att_${n}`);

    bench.ledger.mode = 'up';

    expect(await bench.shipper.flush(20_000)).toBe(true);
    expect(bench.ledger.recorded.size).toBe(20_400);
    expect(bench.ledger.shipped).toHaveLength(20_400);
  });

  it('gives up flushing at the deadline and leaves the rest on disk for the next process', async () => {
    const bench = kit.make();
    bench.ledger.mode = 'stuck';
    await bench.shipper.start();
    await noteCalls(bench, 3);

    const started = performance.now();
    expect(await bench.shipper.stop(200)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
    await bench.outbox.stop();

    const [file = ''] = await kit.segments();
    expect((await stat(file)).size).toBeGreaterThan(0);
  });
});

/** After a full collection, which V8 offers only by flag. */
function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}
