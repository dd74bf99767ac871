import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectoryLock } from './data-directory-lock';
import { currentProcess, isProcessAlive, type ProcessIdentity } from './process-identity';

describe('data directory lock', () => {
  const self = currentProcess();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mm-lock-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const leaveBehind = async (identity: ProcessIdentity | string): Promise<string> => {
    const claim = join(folder, 'database-00000000deadbeef.lock');
    await writeFile(claim, typeof identity === 'string' ? identity : JSON.stringify(identity));
    return claim;
  };

  it('is held by one at a time and free after release', async () => {
    const lock = await DataDirectoryLock.acquire(folder);
    await expect(DataDirectoryLock.acquire(folder)).rejects.toMatchObject({
      code: 'data_folder_locked',
      message: expect.stringMatching(new RegExp(`${folder}.*process ${process.pid}`)) as unknown,
    });
    await lock.release();
    await (await DataDirectoryLock.acquire(folder)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken over from a process that is gone', async () => {
    await leaveBehind({ ...self, pid: 2 ** 30 });
    await (await DataDirectoryLock.acquire(folder)).release();
  });

  it('is taken over when the process id belongs to another process by now', async () => {
    await leaveBehind({ ...self, startedAt: 'some other time' });
    await (await DataDirectoryLock.acquire(folder)).release();
  });

  it('is taken over after a reboot, whatever runs under the process id', async () => {
    await leaveBehind({ ...self, bootId: 'before' });
    await (await DataDirectoryLock.acquire(folder)).release();
  });

  it('is taken over from a damaged lock file', async () => {
    await leaveBehind('');
    await (await DataDirectoryLock.acquire(folder)).release();
  });

  it('trusts the heartbeat of a container whose processes it cannot see', async () => {
    const claim = await leaveBehind({ ...self, host: 'elsewhere', bootId: 'other', pidNamespace: 'other' });
    await expect(DataDirectoryLock.acquire(folder)).rejects.toMatchObject({ code: 'data_folder_locked' });

    const longAgo = new Date(Date.now() - 60_000);
    await utimes(claim, longAgo, longAgo);

    await (await DataDirectoryLock.acquire(folder)).release();
  });

  it('goes to exactly one of many that take it over at the same time', async () => {
    for (let round = 0; round < 10; round += 1) {
      await leaveBehind({ ...self, pid: 2 ** 30 });
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, () => DataDirectoryLock.acquire(folder)),
      );
      const locks = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      expect(locks).toHaveLength(1);
      await Promise.all(locks.map((lock) => lock.release()));
    }
  });

  it('knows the living from the dead and from what it cannot tell', () => {
    expect(isProcessAlive(self, self)).toBe(true);
    expect(isProcessAlive({ ...self, pid: 2 ** 30 }, self)).toBe(false);
    expect(isProcessAlive({ ...self, host: 'elsewhere', bootId: 'x' }, self)).toBeUndefined();
    expect(isProcessAlive({ ...self, pidNamespace: 'x' }, self)).toBeUndefined();
  });
});
