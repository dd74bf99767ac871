import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { HttpBody } from './http-body';
import { HttpFailure, toHttpFailure } from './http-failure';
import type { HttpResponse } from './http-message';

/** One running call: receives the library's callbacks, offers the answer as promise and body. */
export class HttpCall implements Dispatcher.DispatchHandler {
  readonly response: Promise<HttpResponse>;

  private readonly settlers = Promise.withResolvers<HttpResponse>();
  private controller: Dispatcher.DispatchController | undefined;
  private body: HttpBody | undefined;
  private aborted: HttpFailure | undefined;
  private readonly onAbort = (): void => this.abort();

  constructor(private readonly signal: AbortSignal) {
    this.response = this.settlers.promise;
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** The request is about to be written to a connection; before this, nothing has been sent. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.aborted) controller.abort(this.aborted);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.body = new HttpBody({
      pause: () => controller.pause(),
      resume: () => controller.resume(),
      cancel: () => {
        this.unlisten();
        controller.abort(new HttpFailure({ reason: 'aborted', sent: true }));
      },
    });
    this.settlers.resolve({ status, headers: flatten(headers), body: this.body });
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body?.push(chunk);
  }

  onResponseEnd(): void {
    this.unlisten();
    this.body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.unlisten();
    const failure = this.aborted ?? toHttpFailure(error, this.controller !== undefined);
    this.settlers.reject(failure);
    this.body?.fail(failure);
  }

  private abort(): void {
    this.aborted = new HttpFailure({
      reason: 'aborted',
      sent: this.controller !== undefined,
      cause: this.signal.reason,
    });
    // A call that still waits for a free connection has no controller yet: its caller must not wait with it.
    this.settlers.reject(this.aborted);
    this.body?.fail(this.aborted);
    this.controller?.abort(this.aborted);
  }

  private unlisten(): void {
    this.signal.removeEventListener('abort', this.onAbort);
  }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}
