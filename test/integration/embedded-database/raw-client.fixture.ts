import net from 'node:net';
import type { DatabaseConnection } from '../../../src/platform/database/embedded/embedded-database';
import { frame, FrameReader } from '../../../src/platform/database/embedded/wire-protocol';

const noLimits = { startupBytes: 1e9, messageBytes: 1e9 };

/** Speaks the wire protocol message by message, to do what no driver does. */
export class RawClient {
  readonly received: { type: string; body: Buffer }[] = [];
  isClosed = false;
  private readonly reader = new FrameReader(noLimits);

  private constructor(readonly socket: net.Socket) {
    this.reader.expectMessages();
    socket.on('data', (chunk: Buffer) => {
      this.reader.push(chunk);
      for (let message = this.reader.next(); message !== undefined; message = this.reader.next()) {
        this.received.push({
          type: String.fromCharCode(message[0] ?? 0),
          body: Buffer.from(message.subarray(5)),
        });
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (this.isClosed = true));
  }

  static async connect(connection: DatabaseConnection): Promise<RawClient> {
    const client = await RawClient.open(connection);
    client.socket.write(startup({ user: connection.user, database: connection.database }));
    client.send('p', `${connection.password}\0`);
    await client.until('Z');
    return client;
  }

  /** Connected, nothing said yet. */
  static open(connection: Pick<DatabaseConnection, 'host' | 'port'>): Promise<RawClient> {
    return new Promise((resolve) => {
      const socket = net.connect(connection.port, connection.host, () => resolve(new RawClient(socket)));
    });
  }

  send(type: string, ...parts: (string | Buffer)[]): this {
    const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
    this.socket.write(frame(type, body));
    return this;
  }

  query(sql: string): this {
    return this.send('Q', `${sql}\0`);
  }

  parse(name: string, sql: string): this {
    return this.send('P', `${name}\0${sql}\0`, Buffer.alloc(2));
  }

  bind(portal: string, statement: string): this {
    return this.send('B', `${portal}\0${statement}\0`, Buffer.alloc(6));
  }

  execute(portal: string, rows = 0): this {
    const count = Buffer.alloc(4);
    count.writeInt32BE(rows);
    return this.send('E', `${portal}\0`, count);
  }

  /** Waits for a message of the type and takes everything up to it; returns type letters and their text. */
  async until(type: string, limitMs = 5000): Promise<{ types: string; text: string }> {
    const end = performance.now() + limitMs;
    for (;;) {
      const index = this.received.findIndex((message) => message.type === type);
      if (index >= 0) return summarize(this.received.splice(0, index + 1));
      if (performance.now() > end || this.isClosed) {
        throw new Error(`no ${type}; got ${JSON.stringify(summarize(this.received))}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  close(): void {
    this.socket.destroy();
  }
}

export function startup(parameters: Record<string, string>, code = 196608): Buffer {
  const text = Object.entries(parameters).map(([name, value]) => `${name}\0${value}\0`);
  const body = Buffer.from(`${text.join('')}\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(8 + body.length, 0);
  header.writeInt32BE(code, 4);
  return Buffer.concat([header, body]);
}

function summarize(messages: { type: string; body: Buffer }[]): { types: string; text: string } {
  return {
    types: messages.map(({ type }) => type).join(''),
    text: messages.map(({ body }) => body.toString('utf8')).join('\n'),
  };
}
