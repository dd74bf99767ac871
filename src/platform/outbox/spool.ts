import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { newId } from '../../common/ids';
import type { FileLock } from './file-lock';
import type { OutboxFiles } from './outbox-files';

const LOCK = 'lock';
const OWNER = 'owner';
const RESERVE = 'reserve';
const GONE = '.gone';
const FOLDER = /^box_[0-9a-z]{26}$/;
const SEGMENT = /^\d{8}\.log$/;
const CLAIM_TRIES = 3;
/** Silence after which a folder of another host counts as left behind, if its lock is free too. */
const FOREIGN_SILENCE_MS = 120_000;

/** How often an owner must renew its mark: {@link FOREIGN_SILENCE_MS} allows for several misses. */
export const HEARTBEAT_MS = 15_000;

/** Name of the n-th segment; the names sort as the numbers do. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.log`;
}

/** A folder of the spool that this process holds the lock of. */
export interface SpoolFolder {
  readonly name: string;
  readonly path: string;
  readonly lock: FileLock;
}

/**
 * The folder that all outboxes of an installation share. Each process owns one folder in it and holds a lock
 * ({@link FileLock}) that dies with it; a folder whose lock is free was left behind. Some network file systems
 * keep locks to one host without saying so. A folder marked by another kernel is therefore claimed only when
 * its mark is also two minutes older than our own, by the clock of the file system.
 */
export class Spool {
  #hostId = '';
  #own: SpoolFolder | undefined;

  constructor(
    readonly path: string,
    private readonly files: OutboxFiles,
  ) {}

  /** Makes and locks the folder of this process. */
  async claimOwn(): Promise<SpoolFolder> {
    this.#hostId = await readHostId();
    for (let tries = 1; ; tries++) {
      try {
        this.#own = await this.#tryClaimOwn();
      } catch (error) {
        if (tries === CLAIM_TRIES) throw new Error(`the outbox cannot use ${this.path}`, { cause: error });
      }
      if (this.#own) return this.#own;
    }
  }

  /** Renews the mark that tells other hosts this process is alive. */
  async heartbeat(): Promise<void> {
    if (this.#own) await this.files.write(join(this.#own.path, OWNER), Buffer.from(this.#hostId));
  }

  /** Folders of other processes, alive or not; oldest first. */
  async others(): Promise<readonly string[]> {
    const names = (await this.files.list(this.path)) ?? [];
    for (const name of names) {
      // Left by a process that died while deleting; somebody else may be at it too.
      if (name.endsWith(GONE)) await this.files.remove(join(this.path, name)).catch(() => undefined);
    }
    return names.filter((name) => FOLDER.test(name) && name !== this.#own?.name);
  }

  /** Locks the folder of a dead process; undefined when its owner lives or somebody else adopts it. */
  async claim(name: string): Promise<SpoolFolder | undefined> {
    const path = join(this.path, name);
    if (!(await this.#mayBelongToTheDead(path))) return undefined;
    const lock = this.#tryLock(path);
    if (!lock) return undefined;
    // Whoever held the lock before may have deleted the folder after we opened the lock file.
    if ((await this.files.list(path)) !== undefined) return { name, path, lock };
    lock.release();
    return undefined;
  }

  async segmentsOf(folder: SpoolFolder): Promise<readonly string[]> {
    const names = (await this.files.list(folder.path)) ?? [];
    return names.filter((name) => SEGMENT.test(name)).map((name) => join(folder.path, name));
  }

  reservePath(folder: SpoolFolder): string {
    return join(folder.path, RESERVE);
  }

  /** Deletes the folder and its lock. Renamed first, so that it is gone for everybody in one step. */
  async remove(folder: SpoolFolder): Promise<void> {
    await this.files.rename(folder.path, folder.path + GONE);
    folder.lock.release();
    await this.files.remove(folder.path + GONE);
  }

  async #tryClaimOwn(): Promise<SpoolFolder | undefined> {
    const name = newId('box');
    const path = join(this.path, name);
    await this.files.makeFolder(path);
    const lock = this.files.lock(join(path, LOCK));
    // An adopter that sees the folder before it is locked takes it for an empty leftover and deletes it.
    if (!lock) return undefined;
    try {
      await this.files.write(join(path, OWNER), Buffer.from(this.#hostId));
      return { name, path, lock };
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  #tryLock(path: string): FileLock | undefined {
    try {
      return this.files.lock(join(path, LOCK));
    } catch {
      return undefined;
    }
  }

  async #mayBelongToTheDead(path: string): Promise<boolean> {
    const mark = await this.files.stat(join(path, OWNER));
    if (!mark) return true;
    const owner = await this.files.read(join(path, OWNER)).catch(() => Buffer.alloc(0));
    if (owner.toString('utf8') === this.#hostId) return true;
    const own = this.#own && (await this.files.stat(join(this.#own.path, OWNER)));
    return own !== undefined && own.changedAtMs - mark.changedAtMs > FOREIGN_SILENCE_MS;
  }
}

/** Equal for all processes under one kernel, containers included; changes with each boot. */
async function readHostId(): Promise<string> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return hostname();
  }
}
