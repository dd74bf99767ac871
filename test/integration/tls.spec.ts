import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { Secret } from '../../src/platform/config/secret';
import { loadConfig } from '../../src/platform/config/load-config';
import { dataSourceOptions } from '../../src/platform/database/data-source-options';
import { connectionFromUrl, type TlsFiles } from '../../src/platform/database/database-connection';
import { RedisConfig } from '../../src/platform/redis/redis.config';
import { RedisConnection } from '../../src/platform/redis/redis-connection';
import {
  createDatabase,
  describeWithPostgres,
  describeWithRedis,
  requireRedisUrl,
  type TestDatabase,
} from '../support/services';
import {
  canMakeCertificates,
  makeCertificates,
  startTlsFront,
  type Certificates,
  type TlsFront,
} from '../support/tls-front';

const LIMITS = { poolSize: 1, connectTimeoutMs: 5_000, statementTimeoutMs: 5_000 };
const NO_FILES: TlsFiles = { caFile: undefined, clientCertFile: undefined, clientKeyFile: undefined };

describe('certificates', () => {
  it('can be made here, so that the tests with TLS run', () => {
    if (process.env['CI'] === 'true') expect(canMakeCertificates()).toBe(true);
  });
});

const describeWithTls = canMakeCertificates() ? describe : describe.skip;

describeWithTls('a private certificate authority', () => {
  let folder: string;
  let ours: Certificates;
  let foreign: Certificates;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mm-tls-'));
    ours = makeCertificates(folder, 'ours');
    foreign = makeCertificates(folder, 'foreign');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describeWithPostgres('PostgreSQL behind TLS', () => {
    let database: TestDatabase;
    let front: TlsFront;
    let strict: TlsFront;

    beforeAll(async () => {
      database = await createDatabase();
      const { hostname: host, port } = new URL(database.url);
      const target = { host, port: Number(port) };
      front = await startTlsFront(target, ours, { protocol: 'postgres' });
      strict = await startTlsFront(target, ours, { protocol: 'postgres', wantsClientCertificate: true });
    });
    afterAll(async () => {
      front.stop();
      strict.stop();
      await database.drop();
    });

    async function select(port: number, files: Partial<TlsFiles>, sslMode?: string): Promise<unknown> {
      const url = new URL(database.url);
      url.host = `127.0.0.1:${port}`;
      if (sslMode !== undefined) url.searchParams.set('sslmode', sslMode);
      const connection = connectionFromUrl(new Secret(url.href), { ...NO_FILES, ...files });
      const dataSource = new DataSource(dataSourceOptions(connection, LIMITS));
      try {
        await dataSource.initialize();
        return await dataSource.query('SELECT 1 AS one');
      } finally {
        if (dataSource.isInitialized) await dataSource.destroy();
      }
    }

    it('is reached when its authority is configured', async () => {
      const before = front.handshakes();

      await expect(select(front.port, { caFile: ours.caFile })).resolves.toEqual([{ one: 1 }]);
      expect(front.handshakes()).toBe(before + 1);
    });

    it('is refused without the authority, and with another one', async () => {
      await expect(select(front.port, {}, 'require')).rejects.toThrow(/certificate/);
      await expect(select(front.port, { caFile: foreign.caFile })).rejects.toThrow(/certificate/);
    });

    it('is taken unverified only when the URL says so', async () => {
      await expect(select(front.port, {}, 'no-verify')).resolves.toEqual([{ one: 1 }]);
    });

    it('gets our client certificate when it asks for one', async () => {
      const client = { clientCertFile: ours.certFile, clientKeyFile: ours.keyFile };

      await expect(select(strict.port, { caFile: ours.caFile, ...client })).resolves.toEqual([{ one: 1 }]);
      await expect(select(strict.port, { caFile: ours.caFile })).rejects.toThrow();
    });
  });

  describeWithRedis('Redis behind TLS', () => {
    let front: TlsFront;

    beforeAll(async () => {
      const { hostname: host, port } = new URL(requireRedisUrl());
      front = await startTlsFront({ host, port: Number(port) }, ours, { protocol: 'redis' });
    });
    afterAll(() => front.stop());

    async function isReached(caFile: string | undefined): Promise<boolean> {
      const url = new URL(requireRedisUrl());
      url.host = `127.0.0.1:${front.port}`;
      const config = loadConfig([RedisConfig], {
        REDIS_URL: url.href.replace(/^redis:/, 'rediss:'),
        ...(caFile !== undefined && { REDIS_TLS_CA_FILE: caFile }),
      }).get(RedisConfig);
      if (config.address === undefined) throw new Error('there is an address');
      const redis = new RedisConnection(config, config.address);
      const ready = await redis.waitUntilReady(2_000);
      const answer = ready ? await redis.commands.ping() : undefined;
      await redis.close();
      return answer === 'PONG';
    }

    it('is reached when its authority is configured, and not otherwise', async () => {
      expect(await isReached(ours.caFile)).toBe(true);
      expect(await isReached(foreign.caFile)).toBe(false);
      expect(await isReached(undefined)).toBe(false);
    });
  });
});
