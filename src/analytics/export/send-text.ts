import { once } from 'node:events';
import type { Response } from 'express';

/**
 * Streams texts to the client at the pace at which it reads. An error before the first text can still be answered
 * properly; after it the connection is cut, so that half a file never looks like a whole one.
 */
export async function sendText(response: Response, texts: AsyncIterable<string>): Promise<void> {
  try {
    for await (const text of texts) {
      if (response.destroyed) return;
      if (!response.write(text)) await untilDrained(response);
    }
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    response.destroy();
  }
}

async function untilDrained(response: Response): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    done.abort();
  }
}
