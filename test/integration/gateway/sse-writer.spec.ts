import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SseWriter } from '../../../src/gateway/sse-writer';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const BIG = { text: 'x'.repeat(64 * 1024) };

describe('SseWriter', () => {
  let server: Server;
  let client: Socket;

  /** A connection on which the client has asked, and the answer the server may give. */
  async function exchange(): Promise<{ response: ServerResponse; received: () => string }> {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => undefined);
    let text = '';
    client.on('data', (chunk) => (text += chunk.toString()));
    client.write(REQUEST);
    const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    return { response, received: () => text };
  }

  /** Sends until the client would have to read; resolves to the send that waits for it. */
  async function sendUntilStuck(sse: SseWriter): Promise<{ sending: Promise<void> }> {
    for (;;) {
      const sending = sse.send(BIG);
      const isStuck = await Promise.race([sending.then(() => false), sleep(50, true)]);
      if (isStuck) return { sending };
    }
  }

  afterEach(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });

  it('sends events, one per data line, and ends the way OpenAI’s clients expect', async () => {
    const { response, received } = await exchange();
    const sse = new SseWriter(response);

    const before = sse.isOpen;
    sse.open();
    sse.open();
    await sse.send({ text: 'a\nb\r\n\u2028' });
    await sse.done();
    sse.close();
    await once(response, 'close');
    await sleep(20);

    expect(before).toBe(false);
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(received()).toMatch(/content-type: text\/event-stream; charset=utf-8\r\n/i);
    expect(received()).toContain('data: {"text":"a\\nb\\r\\n\u2028"}\n\n');
    expect(received()).toMatch(/data: \[DONE\]\n\n\r\n0\r\n\r\n$/);
  });

  it('waits for a reader that does not read, and goes on when it does', async () => {
    const { response } = await exchange();
    client.pause();
    const sse = new SseWriter(response);
    sse.open();
    const { sending } = await sendUntilStuck(sse);

    client.resume();

    await expect(sending).resolves.toBeUndefined();
    expect(response.writableLength).toBeLessThan(64 * 1024);
  });

  it('stops waiting when the client leaves, and takes nothing more', async () => {
    const { response } = await exchange();
    client.pause();
    const sse = new SseWriter(response);
    sse.open();
    const { sending } = await sendUntilStuck(sse);

    client.resetAndDestroy();

    await expect(sending).resolves.toBeUndefined();
    await expect(sse.send(BIG)).resolves.toBeUndefined();
    await expect(sse.done()).resolves.toBeUndefined();
    expect(response.destroyed).toBe(true);
  });

  it('disconnects a client that has not read for too long', async () => {
    const { response } = await exchange();
    client.pause();
    const sse = new SseWriter(response, 200);
    sse.open();
    const { sending } = await sendUntilStuck(sse);

    await expect(sending).resolves.toBeUndefined();
    expect(response.destroyed).toBe(true);
  });

  it('opens, sends and ends without failing for a client that left before', async () => {
    const { response } = await exchange();
    client.resetAndDestroy();
    await once(response, 'close');
    const sse = new SseWriter(response);

    sse.open();
    await sse.send(BIG);
    await sse.done();

    expect(response.destroyed).toBe(true);
  });

  it('leaves no listeners behind', async () => {
    const { response } = await exchange();
    const sse = new SseWriter(response);
    sse.open();
    const before = response.listenerCount('close') + response.listenerCount('drain');

    for (let i = 0; i < 50; i++) await sse.send(BIG);

    expect(response.listenerCount('close') + response.listenerCount('drain')).toBe(before);
  });
});

describe('SseWriter in silence', () => {
  /** As much of a response as the writer touches. */
  function quietResponse() {
    const written: string[] = [];
    const response = {
      headersSent: true,
      writableNeedDrain: false,
      written,
      write: (text: string) => written.push(text) > 0,
      end: () => undefined,
      writeHead: () => undefined,
      flushHeaders: () => undefined,
    };
    return response;
  }

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function open(response: ReturnType<typeof quietResponse>): SseWriter {
    response.headersSent = false;
    const sse = new SseWriter(response as never);
    sse.open();
    response.headersSent = true;
    return sse;
  }

  it('says that it is alive every ten seconds, and stops with the stream', () => {
    const response = quietResponse();
    const sse = open(response);

    jest.advanceTimersByTime(35_000);
    sse.close();
    jest.advanceTimersByTime(60_000);

    expect(response.written).toEqual([': keep-alive\n\n', ': keep-alive\n\n', ': keep-alive\n\n']);
  });

  it('says nothing while events flow or the reader is behind', async () => {
    const response = quietResponse();
    const sse = open(response);

    for (let second = 0; second < 30; second += 4) {
      await sse.send({});
      jest.advanceTimersByTime(4_000);
    }
    response.writableNeedDrain = true;
    jest.advanceTimersByTime(60_000);
    sse.close();

    expect(response.written.every((text) => text === 'data: {}\n\n')).toBe(true);
  });
});
