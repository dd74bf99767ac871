import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RawSettings } from '../../src/platform/config/load-config';
import { useMigratedDatabase } from './embedded-template';
import { FakeVendor } from './fake-vendor/fake-vendor';
import { createDatabase, requireRedisUrl } from './services';

export type Shape = 'embedded' | 'services';

export interface InstallationOptions {
  readonly shape?: Shape;
  /** Settings by variable name; they win over the kit's own. */
  readonly settings?: RawSettings;
  /** Servers that nobody else uses, in place of those all suites share; services shape only. */
  readonly servers?: { readonly databaseUrl: string; readonly redisUrl: string };
}

/** Everything a process of the service needs: storage of its own, a fake vendor, keys, and the settings that say so. */
export interface Installation {
  readonly shape: Shape;
  readonly settings: RawSettings;
  readonly dataDir: string;
  readonly logFile: string;
  readonly vendor: FakeVendor;
  readonly adminKey: string;
  /** Keys of developers, each a user of its own. */
  readonly userKeys: readonly string[];
  /** Removes the storage and stops the vendor; after all processes that use them. */
  remove(): Promise<void>;
}

/** What the fake vendor is called with. */
export const VENDOR_KEY = 'sk-vendor-key-0123456789abcdef';
const USERS = 12;

/** Prepares storage in one of the two deployment shapes; nothing of it is shared with another installation. */
export async function prepareInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const shape = options.shape ?? 'embedded';
  const dataDir = mkdtempSync(join(tmpdir(), 'mm-app-'));
  const logFile = join(dataDir, 'app.log');
  const vendor = await new FakeVendor().start();
  const storage =
    shape === 'embedded' ? await embeddedStorage(dataDir) : await servicesStorage(options.servers);
  const adminKey = 'test-administrator-key-0123456789';
  const userKeys = Array.from(
    { length: USERS },
    (_unused, index) => `test-developer-key-0123456789-${index}`,
  );
  return {
    shape,
    dataDir,
    logFile,
    vendor,
    adminKey,
    userKeys,
    settings: {
      HOST: '127.0.0.1',
      PORT: '0',
      MODELMUXER_DATA_DIR: dataDir,
      OPENAI_API_KEY: VENDOR_KEY,
      OPENAI_BASE_URL: vendor.baseUrl,
      LOG_FILE: logFile,
      LOG_FORMAT: 'json',
      OUTBOX_SHIP_INTERVAL_MS: '20',
      ALLOWED_API_KEYS: JSON.stringify([{ key: adminKey, role: 'admin' }, ...userKeys]),
      ...storage.settings,
      ...options.settings,
    },
    async remove() {
      await vendor.stop();
      await storage.remove();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

interface Storage {
  readonly settings: RawSettings;
  remove(): Promise<void>;
}

async function embeddedStorage(dataDir: string): Promise<Storage> {
  await useMigratedDatabase(dataDir);
  return { settings: {}, remove: () => Promise.resolve() };
}

async function servicesStorage(own: InstallationOptions['servers']): Promise<Storage> {
  if (own)
    return {
      settings: { DATABASE_URL: own.databaseUrl, REDIS_URL: own.redisUrl },
      remove: () => Promise.resolve(),
    };
  const database = await createDatabase();
  const redisUrl = redisUrlOfWorker();
  await emptyRedis(redisUrl);
  return {
    settings: { DATABASE_URL: database.url, REDIS_URL: redisUrl },
    async remove() {
      await database.drop();
      await emptyRedis(redisUrl);
    },
  };
}

/** The queue's key prefix is fixed, so every test worker has a Redis database of its own. */
export function redisUrlOfWorker(): string {
  const url = new URL(requireRedisUrl());
  url.pathname = `/${1 + (Number(process.env['JEST_WORKER_ID'] ?? '0') % 15)}`;
  return url.toString();
}

async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb().finally(() => redis.disconnect());
}
