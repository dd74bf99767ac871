import { connect } from 'node:net';
import { jsonOf, rawExchange } from './exchange';
import { startTinyApp, type TinyApp } from './tiny-app';

let tiny: TinyApp;

beforeAll(async () => {
  tiny = await startTinyApp();
});

afterAll(() => tiny.close());

describe('malformed HTTP', () => {
  it.each([
    ['garbage', 'HELLO\r\n\r\n', 400],
    ['no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    [
      'length and chunked',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['a length of words', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n', 400],
    ['oversized headers', `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
    [
      'unknown expectation',
      'GET /health HTTP/1.1\r\nHost: x\r\nExpect: pizza\r\nConnection: close\r\n\r\n',
      417,
    ],
    [
      'a broken chunk',
      'POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n',
      400,
    ],
  ])('answers %s with the envelope', async (_name, bytes, status) => {
    const answer = await rawExchange(tiny.port, bytes);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(jsonOf(answer).error).toMatchObject({ type: 'invalid_request_error', code: 'validation_error' });
  });
});

describe('connections that are too slow', () => {
  it.each([
    ['never finishes its headers', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['never says anything', ''],
  ])('closes a connection that %s', async (_name, bytes) => {
    const slow = await startTinyApp({ HEADERS_TIMEOUT_MS: '500' });
    const startedAt = Date.now();
    await new Promise<void>((resolve) => {
      const socket = connect(slow.port, '127.0.0.1', () => socket.write(bytes));
      socket.on('data', () => undefined);
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      setTimeout(() => resolve(), 8_000).unref();
    });
    const tookMs = Date.now() - startedAt;
    await slow.close();

    expect(tookMs).toBeLessThan(5_000);
  });

  it('does not let slow connections disturb others: they are answered while those still wait', async () => {
    let ended = 0;
    const sockets = Array.from({ length: 200 }, () =>
      connect(tiny.port, '127.0.0.1')
        .on('error', () => undefined)
        .on('close', () => (ended += 1)),
    );
    for (const socket of sockets)
      socket.write('POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{');
    const { status } = await fetch(`http://127.0.0.1:${tiny.port}/health`);
    const endedMeanwhile = ended;
    for (const socket of sockets) socket.destroy();

    expect(status).toBe(200);
    expect(endedMeanwhile).toBe(0);
  });
});
