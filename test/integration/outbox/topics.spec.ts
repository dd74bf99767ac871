import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { newId } from '../../../src/common/ids';
import { encodeLine } from '../../../src/platform/outbox/line-codec';
import type { OutboxLine } from '../../../src/platform/outbox/outbox-line';
import { event, FakeLedger, intent, outcome, OutboxKit, SmallDisk, until } from './outbox-kit';

const kit = new OutboxKit();

async function leaveBehind(content: string): Promise<string> {
  const folder = join(kit.spoolDir, newId('box'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'lock'), '');
  const file = join(folder, '00000001.log');
  await writeFile(file, content);
  return file;
}

const idsOf = (lines: readonly OutboxLine[]): string[] => lines.map((line) => line.id);

describe('outbox topics', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('reach each its own consumer, in order, from one shared write', async () => {
    const files = new SmallDisk();
    const { outbox, shipper, ledger, trail } = kit.make({ files });
    await shipper.start();

    await Promise.all(
      [1, 2, 3].flatMap((n) => [outbox.append(outcome(`att_${n}`)), outbox.append(event(`aud_${n}`))]),
    );
    await until('all shipped', () => outbox.pending().unshippedOutcomes === 0);

    expect(files.writes).toBe(1);
    expect(idsOf(ledger.shipped)).toEqual(['att_1', 'att_2', 'att_3']);
    expect(trail.shipped).toEqual([event('aud_1'), event('aud_2'), event('aud_3')]);
  });

  it.each(['down', 'stuck'] as const)(
    'are shipped while the consumer of another is %s, and the file stays for that one',
    async (mode) => {
      const { outbox, shipper, ledger, trail } = kit.make();
      trail.mode = mode;
      await shipper.start();
      await outbox.append(event('aud_1'));
      await sleep(100);

      await outbox.append(intent('att_1'));
      await outbox.append(outcome('att_1'));
      await until('usage is recorded', () => ledger.recorded.has('att_1'));
      expect(await shipper.flush(200)).toBe(false);

      expect(trail.shipped).toEqual([]);
      expect(await kit.segments()).toHaveLength(1);
    },
  );

  it('keep a file until the slowest has all of its lines, and look up the quick ones no more', async () => {
    const { outbox, shipper, ledger, trail, clock } = kit.make();
    trail.mode = 'loses';
    await shipper.start();
    await Promise.all([outbox.append(outcome('att_1')), outbox.append(event('aud_1'))]);
    expect(await shipper.flush(200)).toBe(false);
    ledger.mode = 'down';

    trail.mode = 'up';
    clock.shiftMs += 31_000;

    expect(await shipper.flush(5_000)).toBe(true);
    expect(idsOf(trail.shipped)).toEqual(['aud_1', 'aud_1']);
    expect(await kit.segments()).toEqual([]);
  });

  it('take no memory from each other: a backlog of one does not delay the next line of another', async () => {
    const { outbox, shipper, ledger, trail } = kit.make({ segmentMb: 64 });
    trail.mode = 'down';
    await shipper.start();
    for (let n = 0; n < 4_000; n++) await outbox.append(event(`aud_${n}`, 'e'.repeat(2_000)));

    await outbox.append(outcome('att_1'));
    await until('usage is recorded', () => ledger.recorded.has('att_1'));
    trail.mode = 'up';

    expect(await shipper.flush(10_000)).toBe(true);
    expect(trail.shipped).toHaveLength(4_000);
  });

  it('lists what is not recorded of the topic asked for only', async () => {
    const { outbox, shipper, ledger, trail } = kit.make();
    ledger.mode = 'down';
    trail.mode = 'loses';
    await shipper.start();
    await Promise.all([outbox.append(outcome('att_1')), outbox.append(event('aud_1'))]);
    ledger.mode = 'loses';

    const listed: OutboxLine[] = [];
    for await (const line of shipper.unrecordedLines('audit')) listed.push(line);

    expect(listed).toEqual([event('aud_1')]);
  });

  it('refuses events with intents when space runs short, so that calls already made are noted', async () => {
    const { outbox } = kit.make({ maxMb: 0.02 });
    await outbox.start();
    const fill = async (): Promise<void> => {
      for (let n = 0; ; n++) await outbox.append(event(`aud_${n}`));
    };

    await expect(fill()).rejects.toMatchObject({ code: 'outbox_full' });

    await outbox.append(outcome('att_1', ''));
  });

  it('refuses a second consumer of a topic, and one that comes after the start', async () => {
    const { shipper } = kit.make();

    expect(() => shipper.register('usage', new FakeLedger())).toThrow('has two consumers');
    await shipper.start();
    expect(() => shipper.register('audit', new FakeLedger())).toThrow('too late');
  });
});

describe('adopting lines of several topics', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('records each with its consumer; only intents become estimates', async () => {
    await leaveBehind([event('x_1'), intent('x_1'), outcome('x_2'), event('aud_2')].map(encodeLine).join(''));
    const { shipper, ledger, trail } = kit.make();
    await shipper.start();

    const report = await shipper.adoptLeftovers();

    expect(report).toMatchObject({ folders: 1, outcomes: 3, orphans: 1, unfinished: 0 });
    expect(idsOf(trail.shipped)).toEqual(['x_1', 'aud_2']);
    expect(ledger.recorded.get('x_1')?.payload).toEqual({ estimated: true });
    expect(trail.adopted).toEqual(['x_1', 'aud_2']);
  });

  it('records one topic although the other cannot be delivered, and only the rest at the next search', async () => {
    const file = await leaveBehind([event('aud_1'), outcome('att_1')].map(encodeLine).join(''));
    const { shipper, ledger, trail } = kit.make();
    trail.mode = 'down';
    await shipper.start();

    expect(await shipper.adoptLeftovers()).toMatchObject({ folders: 0, outcomes: 1, unfinished: 1 });
    expect(idsOf(ledger.shipped)).toEqual(['att_1']);
    expect(await readFile(file, 'utf8')).toContain('aud_1');

    trail.mode = 'up';
    expect(await shipper.adoptLeftovers()).toMatchObject({ folders: 1, outcomes: 1, unfinished: 0 });
    expect(idsOf(ledger.shipped)).toEqual(['att_1']);
    expect(idsOf(trail.shipped)).toEqual(['aud_1']);
  });

  it('reads files written before there were topics as usage', async () => {
    const oldLine = (mark: string, id: string): string => {
      const text = JSON.stringify([mark, id, { text: 'ü' }]);
      return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
    };
    await leaveBehind([oldLine('i', 'att_1'), oldLine('o', 'att_1'), oldLine('i', 'att_2')].join(''));
    const { shipper, ledger } = kit.make();
    await shipper.start();

    const report = await shipper.adoptLeftovers();

    expect(report).toMatchObject({ folders: 1, outcomes: 1, orphans: 1, corruptedLines: 0 });
    expect(ledger.recorded.get('att_1')).toEqual({
      topic: 'usage',
      kind: 'outcome',
      id: 'att_1',
      payload: { text: 'ü' },
    });
  });

  it('leaves lines of a newer version where they are, and records the others', async () => {
    const unknown = encodeLine({ topic: 'from-the-future', kind: 'event', id: 'x_1', payload: {} });
    const file = await leaveBehind(unknown + encodeLine(outcome('att_1')));
    const { shipper, ledger } = kit.make();
    await shipper.start();

    expect(await shipper.adoptLeftovers()).toMatchObject({ folders: 0, outcomes: 1, unfinished: 1 });
    expect(ledger.recorded.has('att_1')).toBe(true);
    expect(await readFile(file, 'utf8')).toContain('from-the-future');
  });
});
