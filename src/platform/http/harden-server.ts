import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../common/app-error';
import { HTTP_ERRORS } from './http.errors';
import type { ServerConfig } from './server.config';
import { toErrorEnvelope } from './to-error-envelope';
import { watchUnusedConnections } from './unused-connections';

const MAX_HEADERS = 200;
const CHECK_EVERY_MS = 2_000;
/** Bound on the whole request, body included, for bodies that no handler reads. */
const SLOWEST_BYTES_PER_MS = 16;

const STATUS_BY_CODE: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/**
 * Sets the limits that Node leaves generous, and answers what never becomes a request (malformed HTTP,
 * slow or oversized headers) with the envelope. Call it before `listen`.
 */
export function hardenServer(server: Server, config: ServerConfig): void {
  server.headersTimeout = config.headersTimeoutMs;
  server.requestTimeout =
    config.bodyTimeoutMs + config.maxBodyBytes / SLOWEST_BYTES_PER_MS + config.headersTimeoutMs;
  server.keepAliveTimeout = config.keepAliveTimeoutMs;
  server.maxHeadersCount = MAX_HEADERS;
  // Options of createServer() that Nest does not pass on; Node reads them when it starts to listen or parse.
  // The missing Host header is refused by the first middleware instead, with the envelope.
  Object.assign(server, { connectionsCheckingInterval: CHECK_EVERY_MS, requireHostHeader: false });
  watchUnusedConnections(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    answerClientError(error.code ?? '', socket);
  });
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const body = JSON.stringify(envelope('The Expect header is not supported'));
    response.writeHead(417, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}

function answerClientError(code: string, socket: Socket): void {
  // Writing into an answer that has begun would corrupt it.
  if (code === 'ECONNRESET' || !socket.writable || answerHasBegun(socket)) {
    socket.destroy();
    return;
  }
  const status = STATUS_BY_CODE[code] ?? 400;
  const reason = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify(envelope(status === 400 ? 'The request is not valid HTTP' : reason));
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Node keeps the response in progress on the socket; its own default handler looks there too. */
function answerHasBegun(socket: Socket): boolean {
  const response: unknown = Reflect.get(socket, '_httpMessage');
  return typeof response === 'object' && response !== null && Reflect.get(response, 'headersSent') === true;
}

function envelope(message: string) {
  return toErrorEnvelope(new AppError(HTTP_ERRORS.validation, { public: message }), undefined).body;
}
