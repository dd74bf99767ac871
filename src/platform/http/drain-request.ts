import type { IncomingMessage } from 'node:http';

/**
 * Discards what a client still sends after its request was answered, so that it gets to read the
 * answer instead of a reset connection. A client that sends too much or too slowly is cut off.
 */
export function drainRequest(
  request: IncomingMessage,
  limits: { maxBytes: number; timeoutMs: number },
): void {
  if (request.complete || request.destroyed) return;
  let discarded = 0;
  const timer = setTimeout(() => request.destroy(), limits.timeoutMs);
  timer.unref();
  request.on('error', () => undefined);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > limits.maxBytes) request.destroy();
  });
  request.resume();
}
