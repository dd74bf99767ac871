import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../../common/app-error';
import { ClientGone } from './client-gone';
import { HTTP_ERRORS } from './http.errors';
import { hasProtoMember, nestsDeeperThan } from './json-guards';

export interface ReadJsonOptions {
  readonly limitBytes: number;
  /** Time to arrive in full; every {@link BYTES_PER_EXTRA_MS} bytes received add one millisecond. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface JsonBody {
  readonly value: unknown;
  /** Size on the wire. */
  readonly bytes: number;
}

/** Slowest acceptable transfer, so that a large body on a slow line passes and a trickle does not. */
const BYTES_PER_EXTRA_MS = 16;
const MAX_DEPTH = 128;
const JSON_MEDIA_TYPE = /^application\/(?:[\w.!#$&^+-]+\+)?json$/i;
const UTF8 = /^"?(?:utf-?8|us-ascii)"?$/i;

/**
 * Reads and parses a JSON request body. Fails with an AppError (413 too large, 415 wrong type or
 * encoding, 408 too slow, 400 `invalid_json`) or with {@link ClientGone}. Stops reading, without
 * draining, as soon as the outcome is known; the error filter disposes of the rest.
 */
export async function readJsonBody(request: IncomingMessage, options: ReadJsonOptions): Promise<JsonBody> {
  checkHeaders(request, options.limitBytes);
  const body = await collect(request, options);
  return { value: parseBody(body), bytes: body.length };
}

function checkHeaders(request: IncomingMessage, limitBytes: number): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding is not supported; send the body as it is', 'Content-Encoding');
  }
  checkMediaType(request.headers['content-type']);
  // Node has refused lengths that are not plain numbers.
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
}

function checkMediaType(header: string | undefined): void {
  if (header === undefined || header === '' || header === 'application/json') return;
  const [mediaType = '', ...parameters] = header.split(';').map((part) => part.trim());
  if (!JSON_MEDIA_TYPE.test(mediaType))
    throw unsupported('Content-Type must be application/json', 'Content-Type');
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  if (charset !== undefined && !UTF8.test(charset))
    throw unsupported('The body must be UTF-8', 'Content-Type');
}

function collect(
  request: IncomingMessage,
  { limitBytes, timeoutMs, signal }: ReadJsonOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const startedAt = performance.now();
    let received = 0;

    const stop = (finish: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      signal?.removeEventListener('abort', onGone);
      request.pause();
      finish();
    };
    const onTimer = (): void => {
      const leftMs = timeoutMs + received / BYTES_PER_EXTRA_MS - (performance.now() - startedAt);
      if (leftMs > 1) timer = setTimeout(onTimer, leftMs);
      else stop(() => reject(tooSlow()));
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.length;
      if (received > limitBytes) stop(() => reject(tooLarge(limitBytes)));
      else chunks.push(chunk);
    };
    const onEnd = (): void => stop(() => resolve(joined(chunks)));
    const onGone = (): void => {
      // Errors may still arrive after the listeners are gone; without one they would end the process.
      request.on('error', () => undefined);
      stop(() => reject(new ClientGone()));
    };

    let timer = setTimeout(onTimer, timeoutMs);
    if (request.destroyed || signal?.aborted === true) {
      onGone();
      return;
    }
    signal?.addEventListener('abort', onGone);
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) throw invalidJson('The body is empty; a JSON text is expected');
  if (!isUtf8(body)) throw invalidJson('The body is not valid UTF-8');
  const text = body.toString('utf8');
  if (nestsDeeperThan(text, MAX_DEPTH)) throw invalidJson(`The body nests deeper than ${MAX_DEPTH} levels`);
  const value = parseText(text);
  if (hasProtoMember(text, value)) throw invalidJson('A member must not be called __proto__');
  return value;
}

/** The parser's own message quotes the body, so it is neither shown nor kept. */
function parseText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw invalidJson('The body is not valid JSON');
  }
}

function invalidJson(message: string): AppError {
  return new AppError(HTTP_ERRORS.invalidJson, { public: message });
}

function unsupported(message: string, param: string): AppError {
  return new AppError(HTTP_ERRORS.unsupportedMediaType, { public: message, param });
}

function tooLarge(limitBytes: number): AppError {
  return new AppError(HTTP_ERRORS.payloadTooLarge, {
    public: `The body is larger than ${limitBytes} bytes`,
    details: { limit_bytes: limitBytes },
  });
}

function tooSlow(): AppError {
  return new AppError(HTTP_ERRORS.requestTimeout, { public: 'The body did not arrive in time' });
}
