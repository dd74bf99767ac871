import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Logger } from '@nestjs/common';
import { AuditExporter } from '../../../src/audit/export/audit-exporter';
import { AuditExportConfig } from '../../../src/audit/export/audit-export.config';
import { configuredDestinations } from '../../../src/audit/export/configured-destinations';
import { ExportRepository } from '../../../src/audit/export/export.repository';
import { SignedPost } from '../../../src/audit/signed-post';
import { loadConfig, type RawSettings } from '../../../src/platform/config/load-config';
import { HttpClient } from '../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { AuditBench, auditEntry, emptyTrail } from '../../support/audit-kit';
import { silentMetrics } from '../../support/cost-kit';
import { FakeClock } from '../../support/fake-clock';
import { openEmbedded, type MigratedDatabase } from '../../support/migrated-database';

/** The embedded database takes its time on a busy machine. */
const START_LIMIT_MS = 90_000;
const SECRET = 'a-secret-of-at-least-32-characters';
const folder = mkdtempSync(join(tmpdir(), 'mm-export-'));

interface Exported {
  readonly sequence: string;
  readonly organization_id: string;
  readonly truncated?: boolean;
}

describe('exporting the audit trail', () => {
  let database: MigratedDatabase;
  let http: HttpClient;
  let bench: AuditBench;
  let clock: FakeClock;
  const exporters: AuditExporter[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await openEmbedded();
    http = new HttpClient(loadConfig([HttpClientConfig], {}).get(HttpClientConfig));
  }, START_LIMIT_MS);
  afterAll(async () => {
    await http.onApplicationShutdown();
    await database.close();
  });
  beforeEach(async () => {
    await emptyTrail(database);
    bench = new AuditBench(database);
    clock = new FakeClock();
  });
  afterEach(async () => {
    for (const exporter of exporters.splice(0)) await exporter.onApplicationShutdown();
  });

  function exporterTo(settings: RawSettings): AuditExporter {
    const config = loadConfig([AuditExportConfig], settings).get(AuditExportConfig);
    const exporter = new AuditExporter(
      configuredDestinations(config, new SignedPost(http, clock)),
      new ExportRepository(database.dataSource),
      clock,
      silentMetrics(),
    );
    exporters.push(exporter);
    return exporter;
  }

  const sequencesOf = (events: readonly Exported[]): string[] => events.map((event) => event.sequence);

  describe('to a file', () => {
    const linesOf = (path: string): Exported[] =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Exported);

    it('writes every event of every trail once, in order, and goes on where it stopped', async () => {
      const path = join(folder, 'deep', 'audit.jsonl');
      await bench.fill(450);
      await bench.fill(3, 'org_2');
      await exporterTo({ AUDIT_EXPORT_FILE: path }).run();
      await bench.fill(2);
      for (const exporter of exporters.splice(0)) await exporter.onApplicationShutdown();

      renameSync(path, `${path}.1`);
      await exporterTo({ AUDIT_EXPORT_FILE: path }).run();

      const first = linesOf(`${path}.1`);
      expect(sequencesOf(first.filter((event) => event.organization_id === 'org_1'))).toEqual(
        Array.from({ length: 450 }, (_, n) => String(n + 1)),
      );
      expect(sequencesOf(first.filter((event) => event.organization_id === 'org_2'))).toEqual([
        '1',
        '2',
        '3',
      ]);
      expect(sequencesOf(linesOf(path))).toEqual(['451', '452']);
      expect(first[0]).toMatchObject({
        action: 'api_key.update',
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    });

    it('is done by one process at a time', async () => {
      const path = join(folder, 'shared.jsonl');
      await bench.fill(400);
      const settings = { AUDIT_EXPORT_FILE: path };

      await Promise.all([exporterTo(settings).run(), exporterTo(settings).run(), exporterTo(settings).run()]);

      expect(linesOf(path)).toHaveLength(400);
    });
  });

  describe('to a webhook', () => {
    let server: HttpServer;
    let url: string;
    const posts: { body: string; signature: string }[] = [];
    let answer: (events: readonly Exported[]) => number = () => 200;

    beforeAll(async () => {
      server = createHttpServer((request, response) => {
        void (async () => {
          let body = '';
          for await (const chunk of request) body += String(chunk);
          posts.push({ body, signature: String(request.headers['x-modelmuxer-signature']) });
          response.writeHead(answer((JSON.parse(body) as { events: Exported[] }).events)).end();
        })();
      });
      url = `http://127.0.0.1:${await listening(server)}/siem`;
    });
    afterAll(() => server.close());
    beforeEach(() => {
      posts.length = 0;
      answer = () => 200;
    });

    const eventsOf = (post: { body: string }): Exported[] =>
      (JSON.parse(post.body) as { events: Exported[] }).events;
    const settings = (): RawSettings => ({
      AUDIT_EXPORT_WEBHOOK_URL: url,
      AUDIT_EXPORT_WEBHOOK_SECRET: SECRET,
    });

    it('signs what it posts', async () => {
      await bench.fill(3);
      await exporterTo(settings()).run();

      const [post] = posts;
      const [, seconds, mac] = /^t=(\d+),v1=(\w+)$/.exec(post?.signature ?? '') ?? [];
      expect(mac).toBe(createHmac('sha256', SECRET).update(`${seconds}.${post?.body}`).digest('hex'));
      expect(seconds).toBe(String(Math.floor(clock.now() / 1_000)));
    });

    it('repeats with growing pauses while the receiver is away, and loses nothing', async () => {
      await bench.fill(5);
      const exporter = exporterTo(settings());
      answer = () => 503;
      for (let second = 0; second < 60; second++) {
        await exporter.run();
        clock.advance(1_000);
      }
      expect(posts.length).toBeGreaterThan(4);
      expect(posts.length).toBeLessThan(8);

      answer = () => 200;
      clock.advance(300_000);
      await exporter.run();

      const last = posts.at(-1);
      expect(last && sequencesOf(eventsOf(last))).toEqual(['1', '2', '3', '4', '5']);
    });

    it('sets aside only the event that is refused for good, and tries it again when asked', async () => {
      await bench.fill(5);
      answer = (events) => (events.some((event) => event.sequence === '3') ? 400 : 200);
      const exporter = exporterTo(settings());
      const repository = new ExportRepository(database.dataSource);
      await exporter.run();

      const delivered = posts.map(eventsOf).filter((events) => answer(events) === 200);
      expect(delivered.flatMap(sequencesOf)).toEqual(['1', '2', '4', '5']);
      expect(await repository.status('webhook')).toEqual({
        destination: 'webhook',
        backlog: 0,
        deadLetters: 1,
      });

      answer = () => 200;
      posts.length = 0;
      expect(await repository.requestRetry('webhook')).toBe(1);
      await exporter.run();

      expect(posts.flatMap((post) => sequencesOf(eventsOf(post)))).toEqual(['3']);
      expect((await repository.status('webhook')).deadLetters).toBe(0);
    });
  });

  describe('to syslog', () => {
    const HEADER =
      /^<(110|108)>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) \S+ modelmuxer \d+ ([!-~]{1,32}) \[audit@32473 organization="([^"]*)" sequence="(\d+)"\] ({.*})$/;

    function bodyOf(message: string): Exported {
      const match = HEADER.exec(message);
      if (!match) throw new Error(`not RFC 5424: ${message}`);
      const body = JSON.parse(match[6] ?? '') as Exported;
      expect(match[5]).toBe(body.sequence);
      return body;
    }

    /** What a receiver of octet-counted frames has got. */
    function framesOf(bytes: Buffer): string[] {
      const frames: string[] = [];
      let rest = bytes;
      while (rest.length > 0) {
        const blank = rest.indexOf(' ');
        const length = Number(rest.toString('latin1', 0, blank));
        frames.push(rest.toString('latin1', blank + 1, blank + 1 + length));
        rest = rest.subarray(blank + 1 + length);
      }
      return frames;
    }

    class Receiver {
      readonly sockets: Socket[] = [];
      bytes = Buffer.alloc(0);

      readonly accept = (socket: Socket): void => {
        this.sockets.push(socket);
        socket.on('error', () => undefined);
        socket.on('data', (chunk: Buffer) => (this.bytes = Buffer.concat([this.bytes, chunk])));
      };

      async received(count: number): Promise<Exported[]> {
        for (let tries = 0; tries < 200 && framesOf(this.bytes).length < count; tries++)
          await new Promise((resolve) => setTimeout(resolve, 10));
        return framesOf(this.bytes).map(bodyOf);
      }
    }

    let server: Server | undefined;
    let datagrams: DatagramSocket | undefined;
    afterEach(async () => {
      for (const exporter of exporters.splice(0)) await exporter.onApplicationShutdown();
      server?.close();
      datagrams?.close();
      server = datagrams = undefined;
    });

    it('sends RFC 5424 messages over TCP, and again over a new connection after the old one broke', async () => {
      const receiver = new Receiver();
      server = createTcpServer(receiver.accept);
      const exporter = exporterTo({ AUDIT_EXPORT_SYSLOG_URL: `tcp://127.0.0.1:${await listening(server)}` });
      await bench.fill(250);
      await exporter.run();
      expect(sequencesOf(await receiver.received(250))).toEqual(
        Array.from({ length: 250 }, (_, n) => String(n + 1)),
      );

      receiver.sockets[0]?.destroy();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await bench.fill(2);
      await exporter.run();

      expect(sequencesOf(await receiver.received(252)).slice(-2)).toEqual(['251', '252']);
      expect(receiver.sockets).toHaveLength(2);
    });

    it('keeps the events while nobody listens', async () => {
      const probe = createTcpServer();
      const port = await listening(probe);
      await new Promise<void>((resolve) => probe.close(() => resolve()));
      const exporter = exporterTo({ AUDIT_EXPORT_SYSLOG_URL: `tcp://127.0.0.1:${port}` });
      await bench.fill(2);
      await exporter.run();

      const receiver = new Receiver();
      const listener = (server = createTcpServer(receiver.accept));
      await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
      clock.advance(10_000);
      await exporter.run();

      expect(await receiver.received(2)).toHaveLength(2);
    });

    it('sends over UDP, a long event without its data', async () => {
      const messages: string[] = [];
      const socket = (datagrams = createSocket('udp4'));
      socket.on('message', (message) => messages.push(message.toString('latin1')));
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      await bench.fill(1);
      await bench.trail.append('org_1', [auditEntry({ details: { text: 'ü'.repeat(5_000) } })]);

      await exporterTo({ AUDIT_EXPORT_SYSLOG_URL: `udp://127.0.0.1:${socket.address().port}` }).run();

      for (let tries = 0; tries < 200 && messages.length < 2; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      const [first, second] = messages.map(bodyOf);
      expect(first).toMatchObject({ sequence: '1', after: { name: 'new 😀' } });
      expect(second).toMatchObject({ sequence: '2', details: null, truncated: true });
    });

    it('sends over TLS to a server it can verify, and nothing to one it cannot', async () => {
      const { keyFile, certFile } = makeCertificate();
      const receiver = new Receiver();
      server = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, receiver.accept);
      const url = `tls://localhost:${await listening(server)}`;
      await bench.fill(2);

      await exporterTo({ AUDIT_EXPORT_SYSLOG_URL: url }).run();
      expect(receiver.bytes).toHaveLength(0);
      for (const exporter of exporters.splice(0)) await exporter.onApplicationShutdown();

      await exporterTo({ AUDIT_EXPORT_SYSLOG_URL: url, AUDIT_EXPORT_SYSLOG_CA_FILE: certFile }).run();
      expect(await receiver.received(2)).toHaveLength(2);
    });
  });
});

function listening(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

function makeCertificate(): { keyFile: string; certFile: string } {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...subject, '-out', certFile], {
    stdio: 'ignore',
  });
  return { keyFile, certFile };
}
