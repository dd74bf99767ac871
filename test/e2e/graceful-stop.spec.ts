import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { CONFIG_CLASSES } from '../../src/config-classes';
import { loadConfig } from '../../src/platform/config/load-config';
import { chatBody } from '../support/app-client';
import { describeInBothShapes, startOn, startWorker, type LedgerRow } from '../support/create-app';
import { eventually } from '../support/eventually';
import { prepareInstallation, type Installation } from '../support/installation';
import { ServiceProcess } from '../support/service-process';
import { contentOf, readStream } from '../support/sse-reader';

const TEXT = Array.from({ length: 60 }, (_unused, index) => `word${index}`).join(' ');
const BODY = chatBody('hello', { model: 'gpt-4o-mini' });

describeInBothShapes('SIGTERM', (shape) => {
  let installation: Installation;
  let service: ServiceProcess;
  let worker: INestApplicationContext | undefined;

  beforeEach(async () => {
    installation = await prepareInstallation({ shape, settings: { SHUTDOWN_DEADLINE_MS: '2500' } });
    service = await ServiceProcess.start(installation);
    if (shape === 'services') worker = await startWorker(loadConfig(CONFIG_CLASSES, installation.settings));
  }, 60_000);

  afterEach(async () => {
    service.signal('SIGKILL');
    await service.exitCode();
    await worker?.close();
    worker = undefined;
    await installation.remove();
  }, 60_000);

  /** What the next process finds. */
  async function booksAfterwards(
    user: string,
  ): Promise<{ rows: readonly LedgerRow[]; held: bigint; spent: bigint }> {
    await worker?.close();
    worker = undefined;
    const next = await startOn(installation);
    try {
      const rows = await next.ledgerRows();
      const first = await next.chat(BODY, { key: user });
      expect(first.status).toBe(200);
      await next.settled();
      const { spent, held } = await next.spendingOf(user);
      return { rows, held, spent: spent - BigInt(first.body.router_metadata.actual_cost_nano_usd) };
    } finally {
      await next.stop();
    }
  }

  it('lets running streams and answers finish, refuses new connections, books everything and exits with 0', async () => {
    const { vendor } = installation;
    const user = installation.userKeys[0] ?? '';
    vendor.respond((call) => (call.streamed ? { text: TEXT, eventDelayMs: 10 } : { delayMs: 600 }));
    const streams = await Promise.all(
      Array.from({ length: 20 }, () => service.openStream(BODY, { key: user })),
    );
    const whole = service.chat(BODY, { key: user });
    // What browsers and pools open in advance must not hold up the end.
    const silent = Array.from({ length: 5 }, () => connectSilently(service.port));
    connectSilently(service.port).write('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n');
    await eventually(() => expect(vendor.calls).toHaveLength(21));
    const readers = streams.map(readStream);
    const startedAt = performance.now();
    service.signal('SIGTERM');
    await eventually(() => expectRefused(service.port), 1_000);
    const answers = await Promise.all(readers);
    const answer = await whole;
    const code = await service.exitCode();
    const tookMs = performance.now() - startedAt;
    const spool = filesIn(join(installation.dataDir, 'spool'));
    vendor.respond(() => undefined);
    const { rows, held, spent } = await booksAfterwards(user);

    expect(answers.map((one) => one.done)).toEqual(answers.map(() => true));
    expect(answers.map((one) => contentOf(one))).toEqual(answers.map(() => TEXT));
    expect(answer.status).toBe(200);
    expect(code).toBe(0);
    // The streams take half a second; a connection that held up the end would take thirty.
    expect(tookMs).toBeLessThan(8_000);
    expect(silent.every((socket) => socket.destroyed)).toBe(true);
    expect(spool).toEqual([]);
    expect(rows).toHaveLength(21);
    expect(rows.every((row) => row.status === 'success' && row.cost_source === 'exact')).toBe(true);
    expect(held).toBe(0n);
    expect(spent).toBe(rows.reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n));
  }, 60_000);

  it('cuts a stream without end at the deadline and books what it delivered', async () => {
    const user = installation.userKeys[0] ?? '';
    installation.vendor.respond(() => ({ text: 'word '.repeat(5_000), eventDelayMs: 10 }));
    const reading = readStream(await service.openStream(BODY, { key: user }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedAt = performance.now();
    service.signal('SIGTERM');
    const answer = await reading;
    const code = await service.exitCode();
    const tookMs = performance.now() - startedAt;
    const spool = filesIn(join(installation.dataDir, 'spool'));
    installation.vendor.respond(() => undefined);
    const { rows, held } = await booksAfterwards(user);

    expect(answer.done).toBe(false);
    expect(code).toBe(0);
    expect(tookMs).toBeGreaterThan(2_400);
    expect(tookMs).toBeLessThan(6_000);
    expect(spool).toEqual([]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ status: 'aborted', cost_source: 'estimated' });
    expect(rows[0]?.completion_tokens).toBeGreaterThan(100);
    expect(held).toBe(0n);
  }, 60_000);
});

function connectSilently(port: number): Socket {
  return connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .resume();
}

async function expectRefused(port: number): Promise<void> {
  const refused = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.on('error', () => resolve(true));
  });
  expect(refused).toBe(true);
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
