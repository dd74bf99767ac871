import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A mail as it came over the wire. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** A mail server that speaks enough SMTP (RFC 5321) to take mails, and refuses them while told to. */
export class SmtpServer {
  readonly mails: ReceivedMail[] = [];
  isRefusing = false;
  private readonly sockets = new Set<Socket>();
  private readonly server: Server = createServer((socket) => this.serve(socket));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    const say = (line: string): boolean => socket.write(`${line}\r\n`);
    let mail = { from: '', to: [] as string[] };
    let isData = false;
    let text = '';
    say('220 test ESMTP');
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
      for (;;) {
        const end = text.indexOf(isData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + (isData ? 5 : 2));
        if (isData) {
          isData = false;
          this.mails.push({ ...mail, data: line });
          mail = { from: '', to: [] };
          say('250 taken');
        } else if (/^(ehlo|helo)/i.test(line)) say('250 test');
        else if (/^mail from:/i.test(line)) {
          if (this.isRefusing) say('451 not now');
          else {
            mail.from = line.slice(10);
            say('250 ok');
          }
        } else if (/^rcpt to:/i.test(line)) {
          mail.to.push(line.slice(8));
          say('250 ok');
        } else if (/^data/i.test(line)) {
          isData = true;
          say('354 go on');
        } else if (/^quit/i.test(line)) {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  }
}
