import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, to make the server fall silent or vanish for this client only. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private silent = false;
  private refusing = false;
  private server: Server | undefined;

  constructor(private readonly target: { readonly host: string; readonly port: number }) {}

  /** Starts listening on a free loopback port and returns it. */
  async start(): Promise<number> {
    const server = createServer((client) => this.accept(client));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Accepts bytes and connections but forwards nothing, as a stopped process does. */
  freeze(): void {
    this.silent = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.silent = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Breaks every connection and refuses new ones until {@link restore}. */
  cut(): void {
    this.refusing = true;
    for (const socket of this.sockets) socket.destroy();
  }

  restore(): void {
    this.refusing = false;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const upstream = connect(this.target);
    this.join(client, upstream);
    this.join(upstream, client);
  }

  private join(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (bytes) => to.write(bytes));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      to.destroy();
    });
    if (this.silent) from.pause();
  }
}
