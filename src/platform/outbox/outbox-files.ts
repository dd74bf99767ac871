import { isJsonObject } from '../../common/json';
import type { FileLock } from './file-lock';

/** A file that is only ever appended to. */
export interface AppendFile {
  /** Writes at the end of the file; may write less than asked. Returns the number of bytes written. */
  write(content: Buffer): Promise<number>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * The file operations the outbox needs; also the place where tests inject faults. Everything but `lock` is
 * asynchronous. Failures reject with Node's system errors (`code` such as `ENOSPC`).
 */
export abstract class OutboxFiles {
  /** Creates the folder and its parents. */
  abstract makeFolder(path: string): Promise<void>;
  /** Names in a folder, sorted; undefined when it does not exist. */
  abstract list(path: string): Promise<readonly string[] | undefined>;
  /** Creates a file for appending; rejects when it exists. */
  abstract create(path: string): Promise<AppendFile>;
  abstract read(path: string): Promise<Buffer>;
  /** Replaces the content of a file. */
  abstract write(path: string, content: Buffer): Promise<void>;
  abstract rename(from: string, to: string): Promise<void>;
  /** Removes a file or a folder with its content; no error when it does not exist. */
  abstract remove(path: string): Promise<void>;
  /** Size and time of last change; undefined when it does not exist. */
  abstract stat(path: string): Promise<{ bytes: number; changedAtMs: number } | undefined>;
  abstract lock(path: string): FileLock | undefined;
}

/** Node's code of a system error, such as `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return isJsonObject(error) && typeof error['code'] === 'string' ? error['code'] : undefined;
}

/** The disk, or the share of it this user may fill, has no space left. */
export function isNoSpace(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
