import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedDatabaseError } from './embedded-database.errors';
import { currentProcess, isProcessAlive, type ProcessIdentity } from './process-identity';

const claimName = /^database-[0-9a-f]{16}\.lock$/;
const heartbeatMs = 10_000;
/** A claim of a machine or container whose processes cannot be seen is dead when its heartbeat is so old. */
const heartbeatLimitMs = 35_000;
const attempts = 12;
/** One holder seen in so many attempts holds the lock; fewer may be a rival that withdraws as well. */
const attemptsToBelieve = 4;

/**
 * Makes one process the only user of a data folder; PGlite itself would let two in, and they would overwrite each
 * other's pages. Every process puts a claim file of its own there and then looks at the others: a claim of a live
 * process makes it withdraw, claims of dead ones are removed. So there is no stale lock to be broken, and of two
 * processes that take over at the same time at least one sees the other (both may: then they try again).
 */
export class DataDirectoryLock {
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(private readonly claim: string) {
    this.heartbeat = setInterval(() => void touch(claim), heartbeatMs).unref();
  }

  /** Throws `data_folder_locked`, naming folder and process, when another live process uses the folder. */
  static async acquire(folder: string, self: ProcessIdentity = currentProcess()): Promise<DataDirectoryLock> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const seen = new Map<string, number>();
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const claim = await putClaim(folder, self);
      const rival = await findLiveRival(folder, claim, self);
      if (rival === undefined) return new DataDirectoryLock(claim);
      await rm(claim, { force: true });
      const times = (seen.get(rival.claim) ?? 0) + 1;
      seen.set(rival.claim, times);
      if (times >= attemptsToBelieve || attempt === attempts - 1) throw locked(folder, rival.holder);
      await sleep(10 + Math.random() * 80);
    }
    throw locked(folder, undefined);
  }

  async release(): Promise<void> {
    clearInterval(this.heartbeat);
    await rm(this.claim, { force: true });
  }
}

interface Rival {
  readonly claim: string;
  readonly holder: ProcessIdentity;
}

/** The file appears with its content in one step, so nobody reads half a claim. */
async function putClaim(folder: string, self: ProcessIdentity): Promise<string> {
  const claim = join(folder, `database-${randomBytes(8).toString('hex')}.lock`);
  const draft = `${claim}.draft`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(self));
  } finally {
    await file.close();
  }
  await rename(draft, claim);
  return claim;
}

async function findLiveRival(folder: string, own: string, self: ProcessIdentity): Promise<Rival | undefined> {
  for (const name of await readdir(folder)) {
    const claim = join(folder, name);
    if (!claimName.test(name) || claim === own) continue;
    const holder = await readClaim(claim);
    if (holder !== undefined && (await isAlive(claim, holder, self))) return { claim, holder };
    await rm(claim, { force: true });
  }
  return undefined;
}

/** Undefined when it is gone, or unreadable: claims are renamed into place whole, so that is damage of a power cut. */
async function readClaim(claim: string): Promise<ProcessIdentity | undefined> {
  try {
    const content: unknown = JSON.parse(await readFile(claim, 'utf8'));
    return isIdentity(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(claim: string, holder: ProcessIdentity, self: ProcessIdentity): Promise<boolean> {
  const isRunning = isProcessAlive(holder, self);
  if (isRunning !== undefined) return isRunning;
  const touchedAt = await stat(claim).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return Date.now() - touchedAt < heartbeatLimitMs;
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['startedAt', 'host', 'bootId', 'pidNamespace'];
  const fields = new Map<string, unknown>(Object.entries(value));
  return typeof fields.get('pid') === 'number' && texts.every((name) => typeof fields.get(name) === 'string');
}

async function touch(claim: string): Promise<void> {
  const now = new Date();
  await utimes(claim, now, now).catch(() => undefined);
}

function locked(folder: string, holder: ProcessIdentity | undefined): EmbeddedDatabaseError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new EmbeddedDatabaseError(
    'data_folder_locked',
    `the data folder ${folder} is in use by ${who}: stop that process, or give this one another folder ` +
      '(MODELMUXER_DATA_DIR)',
  );
}
