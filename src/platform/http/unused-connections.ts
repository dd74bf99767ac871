import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const connections = new WeakMap<Server, Set<Socket>>();

/** Remembers the connections of a server over which no request has come yet. Call it before `listen`. */
export function watchUnusedConnections(server: Server): void {
  const unused = new Set<Socket>();
  connections.set(server, unused);
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request: IncomingMessage) => unused.delete(request.socket));
}

/**
 * Closes connections that clients opened in advance. Node's `closeIdleConnections` leaves them open, and a
 * closing server no longer applies its header timeout to them, so they would hold up its end.
 */
export function closeUnusedConnections(server: Server): void {
  for (const socket of connections.get(server) ?? []) socket.destroy();
}
