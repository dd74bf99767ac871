import type { Response } from 'express';
import { ClientGone } from '../platform/http/client-gone';

/** Fires when the connection is closed before the answer went out whole: nobody needs the work any more. */
export function clientGoneSignal(response: Response): AbortSignal {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort(new ClientGone());
  if (response.destroyed) leave();
  // Aborting makes an exception object, so it is left out when the answer went out whole.
  else
    response.once('close', () => {
      if (!response.writableFinished) leave();
    });
  return leaving.signal;
}
