import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly json: {
    error: {
      code: string;
      message: string;
      type: string;
      param: string | null;
      request_id: string | null;
      details?: unknown;
    };
  };
}

export interface SendOptions {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
  chunks?: AsyncIterable<Buffer>;
}

/** One request on its own connection, by node:http, which sends what fetch would refuse to send. */
export function send(port: number, path: string, options: SendOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      ...(options.body !== undefined && { 'content-length': Buffer.byteLength(options.body) }),
      ...options.headers,
    };
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, path, method: options.method ?? 'POST', headers, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: text.startsWith('{')
              ? (JSON.parse(text) as Answer['json'])
              : ({ error: {} } as Answer['json']),
          });
        });
      },
    );
    outgoing.on('error', reject);
    void (async () => {
      for await (const chunk of options.chunks ?? []) {
        if (!outgoing.write(chunk)) await new Promise((done) => outgoing.once('drain', done));
      }
      outgoing.end(options.body);
    })();
  });
}

/** Sends bytes as they are and gives back everything up to the end of the connection. */
export function rawExchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.setTimeout(8_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (part) => (text += part.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}

export const jsonOf = (raw: string): Answer['json'] =>
  JSON.parse(raw.slice(raw.indexOf('\r\n\r\n') + 4)) as Answer['json'];
