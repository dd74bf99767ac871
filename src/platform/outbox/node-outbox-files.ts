import { close, ftruncate, open, write } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { acquireFileLock, type FileLock } from './file-lock';
import { OutboxFiles, systemErrorCode, type AppendFile } from './outbox-files';

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const openFile = promisify(open);
const closeFile = promisify(close);
const truncateFile = promisify(ftruncate);

/** The outbox's file operations on the real disk. */
export class NodeOutboxFiles extends OutboxFiles {
  async makeFolder(path: string): Promise<void> {
    await mkdir(path, { recursive: true, mode: OWNER_ONLY_FOLDER });
  }

  async list(path: string): Promise<readonly string[] | undefined> {
    const names = await unlessMissing(readdir(path));
    return names?.sort();
  }

  async create(path: string): Promise<AppendFile> {
    const descriptor = await openFile(path, 'ax', OWNER_ONLY);
    return {
      write: (content) => writeOnce(descriptor, content),
      truncate: (bytes) => truncateFile(descriptor, bytes),
      close: () => closeFile(descriptor),
    };
  }

  async read(path: string): Promise<Buffer> {
    return readFile(path);
  }

  async write(path: string, content: Buffer): Promise<void> {
    await writeFile(path, content, { mode: OWNER_ONLY });
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  async stat(path: string): Promise<{ bytes: number; changedAtMs: number } | undefined> {
    const found = await unlessMissing(stat(path));
    return found && { bytes: found.size, changedAtMs: found.mtimeMs };
  }

  lock(path: string): FileLock | undefined {
    return acquireFileLock(path);
  }
}

/** The callback form, the cheapest one: a write is on the path of every vendor call. */
function writeOnce(descriptor: number, content: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    write(descriptor, content, 0, content.length, null, (error, written) =>
      error ? reject(error) : resolve(written),
    );
  });
}

async function unlessMissing<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
