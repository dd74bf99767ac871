import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

/** PEM files of one authority and what it signed. */
export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A server that speaks TLS in front of one that does not. */
export interface TlsFront {
  readonly port: number;
  /** Connections that got through the handshake. */
  readonly handshakes: () => number;
  stop(): void;
}

const POSTGRES_SSL_REQUEST = 80_877_103;

/** False where there is no `openssl` to make certificates with. */
export function canMakeCertificates(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A certificate authority of its own, and a certificate for 127.0.0.1 and localhost. */
export function makeCertificates(folder: string, name: string): Certificates {
  const file = (suffix: string): string => join(folder, `${name}-${suffix}`);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-days',
    '2',
    '-subj',
    `/CN=${name} authority`,
  );
  openssl(
    'req',
    ...newKey,
    '-keyout',
    file('server.key'),
    '-out',
    file('server.csr'),
    '-subj',
    '/CN=localhost',
  );
  writeFileSync(file('ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    file('server.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-out',
    file('server.pem'),
    '-days',
    '2',
    '-extfile',
    file('ext'),
  );
  return { caFile: file('ca.pem'), certFile: file('server.pem'), keyFile: file('server.key') };
}

/** TLS in front of a server; with `postgres` after PostgreSQL's question for it. */
export async function startTlsFront(
  target: { readonly host: string; readonly port: number },
  certificates: Certificates,
  options: { readonly protocol: 'postgres' | 'redis'; readonly wantsClientCertificate?: boolean },
): Promise<TlsFront> {
  const sockets = new Set<Socket>();
  let handshakes = 0;
  const secure = {
    isServer: true,
    key: readFileSync(certificates.keyFile),
    cert: readFileSync(certificates.certFile),
    ca: readFileSync(certificates.caFile),
    requestCert: options.wantsClientCertificate === true,
    rejectUnauthorized: options.wantsClientCertificate === true,
  };
  const encrypt = (socket: Socket): void => {
    const encrypted = new TLSSocket(socket, secure);
    const plain = connect(target.port, target.host);
    encrypted.once('secure', () => {
      handshakes += 1;
    });
    for (const one of [encrypted, plain]) one.on('error', () => one.destroy());
    plain.once('close', () => encrypted.destroy());
    encrypted.once('close', () => plain.destroy());
    encrypted.pipe(plain).pipe(encrypted);
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    if (options.protocol === 'redis') {
      encrypt(socket);
      return;
    }
    socket.once('data', (request) => {
      if (request.readInt32BE(4) !== POSTGRES_SSL_REQUEST) socket.destroy();
      else {
        socket.write('S');
        encrypt(socket);
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as AddressInfo).port,
    handshakes: () => handshakes,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
