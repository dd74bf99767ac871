import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../../src/platform/config/load-config';
import { HttpClient } from '../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { HttpFailure } from '../../../src/platform/http/http-failure';
import type { HttpRequest } from '../../../src/platform/http/http-message';
import { eventually } from '../../support/eventually';

let server: Server;
let client: HttpClient;
let origin: string;
let open = 0;

async function serve(listener: RequestListener, settings: Record<string, string> = {}): Promise<void> {
  open = 0;
  server = createServer(listener);
  server.on('connection', (socket) => {
    open += 1;
    socket.on('close', () => (open -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  client = new HttpClient(loadConfig([HttpClientConfig], settings).get(HttpClientConfig));
}

const requestTo = (path: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  url: `${origin}${path}`,
  method: 'POST',
  headers: { 'x-own': '1' },
  body: 'hello',
  signal: new AbortController().signal,
  headersTimeoutMs: 10_000,
  bodyTimeoutMs: 10_000,
  ...changes,
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no failure',
    (error: unknown) => error,
  );

afterEach(async () => {
  await client.onApplicationShutdown();
  server.closeAllConnections();
  server.close();
});

describe('HttpClient', () => {
  it('sends what it is given and reads what comes', async () => {
    await serve((request, response) => {
      response.writeHead(201, { 'x-two': ['a', 'b'], 'content-type': 'text/plain' });
      request.pipe(response);
    });

    const response = await client.request(requestTo('/path?query=1', { body: 'grüße' }));

    expect(response).toMatchObject({
      status: 201,
      headers: { 'x-two': 'a, b', 'content-type': 'text/plain' },
    });
    expect(await response.body.text(1_000)).toBe('grüße');
  });

  it('uses a connection again', async () => {
    await serve((_request, response) => response.end('x'));
    for (let i = 0; i < 10; i++) await (await client.request(requestTo('/'))).body.text(10);

    expect(open).toBe(1);
  });

  it('never opens more connections than allowed, and serves the waiting ones in turn', async () => {
    let most = 0;
    await serve(
      (_request, response) => {
        most = Math.max(most, open);
        setTimeout(() => response.end('x'), 10);
      },
      { HTTP_CLIENT_CONNECTIONS: '3' },
    );

    await Promise.all(
      Array.from({ length: 20 }, async () => (await client.request(requestTo('/'))).body.text(10)),
    );

    expect(most).toBeLessThanOrEqual(3);
  });

  it('lets a call go that waits for a connection when its caller leaves', async () => {
    await serve(() => undefined, { HTTP_CLIENT_CONNECTIONS: '1' });
    const first = failureOf(client.request(requestTo('/')));
    const caller = new AbortController();
    const waiting = failureOf(client.request(requestTo('/', { signal: caller.signal })));
    await sleep(30);
    caller.abort();

    expect(await waiting).toMatchObject({ reason: 'aborted', sent: false });
    await client.onApplicationShutdown();
    expect(await first).toBeInstanceOf(HttpFailure);
  });

  it('does not follow a redirect', async () => {
    await serve((_request, response) => response.writeHead(307, { location: '/other' }).end());
    const response = await client.request(requestTo('/'));

    expect(response.status).toBe(307);
    response.body.cancel();
  });

  it('slows the server down when nobody reads', async () => {
    let written = 0;
    await serve((_request, response) => {
      const chunk = Buffer.alloc(65_536, 'x');
      const push = (): void => {
        while (written < 200 * 1024 * 1024) {
          written += chunk.length;
          if (!response.write(chunk)) return;
        }
      };
      response.on('drain', push);
      push();
    });
    const { body } = await client.request(requestTo('/'));
    await sleep(200);
    const before = written;
    let read = 0;
    for await (const chunk of body) {
      read += chunk.length;
      if (read > 20 * 1024 * 1024) break;
    }

    expect(before).toBeLessThan(20 * 1024 * 1024);
    expect(written).toBeGreaterThan(before);
    await eventually(() => expect(open).toBe(0));
  });

  it('gives up a rest that does not end soon after it was discarded', async () => {
    await serve((_request, response) => {
      response.write('begin');
    });
    const { body } = await client.request(requestTo('/'));
    await body.next();
    body.discard();

    await eventually(() => expect(open).toBe(0));
  });

  it('says of a broken body that the request was sent', async () => {
    await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const { body } = await client.request(requestTo('/'));

    expect(await failureOf(body.text(1_000))).toMatchObject({ reason: 'connection', sent: true });
  });

  it('refuses a call whose caller has left already', async () => {
    await serve(() => undefined);

    expect(await failureOf(client.request(requestTo('/', { signal: AbortSignal.abort() })))).toMatchObject({
      reason: 'aborted',
      sent: false,
    });
    expect(open).toBe(0);
  });

  it('ends running calls at shutdown', async () => {
    await serve(() => undefined);
    const work = failureOf(client.request(requestTo('/')));
    await eventually(() => expect(open).toBe(1));
    await client.onApplicationShutdown();

    expect(await work).toMatchObject({ reason: 'connection', sent: true });
  });
});
