import { execFileSync } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeLines } from '../../../src/platform/outbox/line-codec';
import type { OutboxLine } from '../../../src/platform/outbox/outbox-line';
import { intent, outcome, OutboxKit, SmallDisk, until } from './outbox-kit';

const kit = new OutboxKit();
const refusedAsFull = { code: 'outbox_full', category: 'unavailable', retryAfterSeconds: 5 };

async function linesOnDisk(): Promise<{ ids: string[]; corrupted: number }> {
  const contents = await Promise.all((await kit.segments()).sort().map((path) => readFile(path)));
  const decoded = contents.map(decodeLines);
  return {
    ids: decoded.flatMap(({ lines }) => lines.map((line: OutboxLine) => line.id)),
    corrupted: decoded.reduce((sum, { corrupted }) => sum + corrupted, 0),
  };
}

async function settled(promises: readonly Promise<void>[]): Promise<boolean[]> {
  return (await Promise.allSettled(promises)).map((result) => result.status === 'fulfilled');
}

describe('an outbox on a bounded disk', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('shares one write among all lines of a turn and those that arrive during a write', async () => {
    const files = new SmallDisk();
    const { outbox } = kit.make({ files });
    await outbox.start();

    await Promise.all(Array.from({ length: 500 }, (_, n) => outbox.append(intent(`att_${n}`))));

    expect(files.writes).toBe(1);
    expect((await linesOnDisk()).ids).toHaveLength(500);
  });

  it('writes lines whole and in order although the system takes only a few bytes at a time', async () => {
    const files = new SmallDisk();
    files.largestWrite = 7;
    const { outbox } = kit.make({ files });
    await outbox.start();

    await Promise.all([1, 2, 3].map((n) => outbox.append(outcome(`att_${n}`))));

    expect(await linesOnDisk()).toEqual({ ids: ['att_1', 'att_2', 'att_3'], corrupted: 0 });
  });

  it('refuses intents at nine tenths of its limit, still takes outcomes, and recovers once files are trimmed', async () => {
    const { outbox, shipper, ledger } = kit.make({ maxMb: 0.02, segmentMb: 0.005 });
    await outbox.start();
    let accepted = 0;
    await expect(
      (async () => {
        for (; ; accepted++) await outbox.append(intent(`att_${accepted}`));
      })(),
    ).rejects.toMatchObject(refusedAsFull);

    expect(accepted).toBeGreaterThan(100);
    expect(outbox.pending()).toMatchObject({ full: true });
    await outbox.append(outcome('att_0', ''));
    await expect(outbox.append(outcome('att_1', 'x'.repeat(5_000)))).rejects.toMatchObject(refusedAsFull);

    for (let n = 0; n < accepted; n++) ledger.recorded.set(`att_${n}`, outcome(`att_${n}`));
    await shipper.start();
    expect(await shipper.flush(5_000)).toBe(true);
    await outbox.append(intent('att_new'));
  });

  it('counts lines that still wait to be written against the limit', async () => {
    const { outbox } = kit.make({ maxMb: 0.02 });
    await outbox.start();

    const results = await settled(Array.from({ length: 2_000 }, (_, n) => outbox.append(intent(`att_${n}`))));

    expect(results.filter(Boolean).length).toBeLessThan(500);
    expect(outbox.pending().bytes).toBeLessThanOrEqual(0.02 * 1024 * 1024);
  });

  it('takes no new call when the disk is full, notes calls already made, and recovers by itself', async () => {
    const files = new SmallDisk();
    const { outbox } = kit.make({ files });
    await outbox.start();
    await outbox.append(intent('att_1'));
    files.freeBytes = 20;

    await expect(outbox.append(intent('att_2'))).rejects.toMatchObject(refusedAsFull);
    expect(outbox.pending().full).toBe(true);
    await outbox.append(outcome('att_1'));
    expect(await linesOnDisk()).toEqual({ ids: ['att_1', 'att_1'], corrupted: 0 });

    files.freeBytes = Number.POSITIVE_INFINITY;
    await until('room again', () => !outbox.pending().full);
    await outbox.append(intent('att_3'));
    expect((await linesOnDisk()).ids).toEqual(['att_1', 'att_1', 'att_3']);
  });

  it('leaves nothing of a batch that was refused half-way, so that no call is booked that was never made', async () => {
    const files = new SmallDisk();
    const { outbox } = kit.make({ files });
    await outbox.start();
    await outbox.append(intent('att_0'));
    files.freeBytes = 150;

    const results = await settled([1, 2, 3, 4, 5].map((n) => outbox.append(intent(`att_${n}`))));

    expect(results).toEqual([false, false, false, false, false]);
    expect(await linesOnDisk()).toEqual({ ids: ['att_0'], corrupted: 0 });
  });

  it('refuses lines before start and after stop instead of losing them', async () => {
    const { outbox } = kit.make();

    await expect(outbox.append(intent('att_1'))).rejects.toMatchObject({ code: 'outbox_unwritable' });
    await outbox.start();
    await outbox.stop();
    await expect(outbox.append(intent('att_1'))).rejects.toMatchObject({ code: 'outbox_unwritable' });
    expect(await kit.folders()).toEqual([]);
  });

  it('writes what was appended before stop', async () => {
    const { outbox } = kit.make();
    await outbox.start();

    const appended = outbox.append(intent('att_1'));
    await outbox.stop();

    await appended;
    expect((await linesOnDisk()).ids).toEqual(['att_1']);
  });

  it('survives a really full file system', async () => {
    const mountPoint = join(kit.spoolDir, 'small');
    await mkdir(mountPoint);
    if (!mountSmallDisk(mountPoint)) return;
    const { outbox } = kit.make({ spoolDir: join(mountPoint, 'spool') });
    try {
      await outbox.start();
      const accepted: string[] = [];
      const fill = async (): Promise<void> => {
        for (let n = 0; ; n++) {
          await outbox.append({ ...intent(`att_${n}`), payload: { text: 'x'.repeat(5_000) } });
          accepted.push(`att_${n}`);
        }
      };
      await expect(fill()).rejects.toMatchObject(refusedAsFull);

      await Promise.all(accepted.map((id) => outbox.append(outcome(id))));

      const { ids, corrupted } = await linesOnDisk();
      expect(ids).toEqual([...accepted, ...accepted]);
      expect(corrupted).toBe(0);
    } finally {
      await outbox.stop();
      execFileSync('umount', [mountPoint]);
    }
  });
});

/** Needs the right to mount; without it the fault-injecting disk above has to do. */
function mountSmallDisk(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('NOT RUN: "survives a really full file system" needs the right to mount.\n');
    return false;
  }
}
