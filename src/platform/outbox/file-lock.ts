import { DatabaseSync } from 'node:sqlite';
import { isJsonObject } from '../../common/json';

/** An exclusive lock on a file. The kernel frees it when the process ends, however it ends. */
export interface FileLock {
  /** May be called again. */
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the lock, or returns undefined when another process (or another holder in this one) has it. Throws when
 * the file system cannot lock. Node offers no flock; SQLite's exclusive transaction is a POSIX record lock on the
 * file, and the only one reachable without a native package. Unlike a pid file it needs no guess about reused
 * process ids and is seen across containers that share a volume on one kernel, and over network file systems
 * that pass locks on. The file stays empty. Synchronous (about 1 ms): never call it on the request path.
 * Nobody else may open and close the file in this process, which would drop the lock (POSIX).
 */
export function acquireFileLock(path: string): FileLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isJsonObject(error) && error['errcode'] === SQLITE_BUSY) return undefined;
    throw error;
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}
