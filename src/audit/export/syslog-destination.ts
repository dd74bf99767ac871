import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import type { ExportDestination, ExportedEvent } from './export-destination';
import { toSyslogMessage } from './syslog-message';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'tls:': 6514, 'tcp:': 601, 'udp:': 514 };
const MAX_STREAM_BYTES = 256 * 1024;
/** Larger datagrams are cut into fragments, and often lost. */
const MAX_DATAGRAM_BYTES = 8 * 1024;
const ORIGIN = { hostname: hostname(), processId: process.pid };

/**
 * A syslog server. Over TCP and TLS each message is preceded by its length (RFC 6587, RFC 5425); a batch counts as
 * taken when the operating system has it, since syslog has no receipts. Over UDP nothing is ever known.
 */
export class SyslogDestination implements ExportDestination {
  readonly name = 'syslog';
  private readonly url: URL;
  private readonly ca: Buffer | undefined;
  private socket: Socket | undefined;

  constructor(url: string, caFile: string | undefined) {
    this.url = new URL(url);
    this.ca = caFile === undefined ? undefined : readFileSync(caFile);
  }

  async send(events: readonly ExportedEvent[], signal: AbortSignal): Promise<void> {
    if (this.url.protocol === 'udp:') await this.sendDatagrams(events);
    else await this.sendStream(events, signal);
  }

  async close(): Promise<void> {
    const { socket } = this;
    this.socket = undefined;
    if (!socket || socket.destroyed) return;
    socket.end();
    socket.destroySoon();
    await once(socket, 'close');
  }

  private async sendStream(events: readonly ExportedEvent[], signal: AbortSignal): Promise<void> {
    const socket = await this.connected(signal);
    const text = events
      .map((event) => toSyslogMessage(event, ORIGIN, MAX_STREAM_BYTES))
      .map((message) => `${message.length} ${message}`)
      .join('');
    try {
      await written(socket, text, signal);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  private async connected(signal: AbortSignal): Promise<Socket> {
    const known = this.socket;
    if (known?.writable === true && !known.readableEnded) return known;
    known?.destroy();
    const options = { host: this.host, port: this.port };
    const isTls = this.url.protocol === 'tls:';
    const socket = isTls
      ? connectTls({ ...options, ca: this.ca, servername: isIPv6(this.host) ? undefined : this.host })
      : connectTcp(options);
    // Without a listener a connection that breaks while idle would end the process; the next batch connects anew.
    socket.on('error', () => undefined);
    socket.resume();
    try {
      await once(socket, isTls ? 'secureConnect' : 'connect', { signal });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.socket = socket;
    return socket;
  }

  private async sendDatagrams(events: readonly ExportedEvent[]): Promise<void> {
    const socket = createSocket({ type: isIPv6(this.host) ? 'udp6' : 'udp4' });
    try {
      for (const event of events) {
        const message = toSyslogMessage(event, ORIGIN, MAX_DATAGRAM_BYTES);
        await new Promise<void>((resolve, reject) =>
          socket.send(message, this.port, this.host, (error) => (error ? reject(error) : resolve())),
        );
      }
    } finally {
      socket.close();
    }
  }

  private get host(): string {
    return this.url.hostname.replace(/^\[|\]$/g, '');
  }

  private get port(): number {
    return this.url.port === '' ? (DEFAULT_PORTS[this.url.protocol] ?? 514) : Number(this.url.port);
  }
}

/** Resolves when the operating system has the text; a connection that breaks before rejects. */
function written(socket: Socket, text: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new Error('the syslog server does not take the events'));
    signal.addEventListener('abort', stop, { once: true });
    socket.once('close', stop);
    socket.write(text, (error) => {
      signal.removeEventListener('abort', stop);
      socket.removeListener('close', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}
