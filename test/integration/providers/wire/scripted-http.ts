import { HttpBody } from '../../../../src/platform/http/http-body';
import { HttpClient } from '../../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../../src/platform/http/http-client.config';
import type { HttpRequest, HttpResponse } from '../../../../src/platform/http/http-message';
import { loadConfig } from '../../../../src/platform/config/load-config';

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The pieces in which the network delivers the body. */
  readonly pieces: readonly Buffer[];
}

/** An HTTP client without network: every request is kept, every answer is the one that was put in. */
export class ScriptedHttp extends HttpClient {
  readonly requests: HttpRequest[] = [];
  answer: ScriptedAnswer = { pieces: [] };

  constructor() {
    super(loadConfig([HttpClientConfig], {}).get(HttpClientConfig));
  }

  override request(request: HttpRequest): Promise<HttpResponse> {
    this.requests.push(request);
    const { status = 200, headers = {}, pieces } = this.answer;
    const body = new HttpBody({ pause: () => undefined, resume: () => undefined, cancel: () => undefined });
    for (const piece of pieces) body.push(piece);
    body.end();
    return Promise.resolve({ status, headers, body });
  }

  /** The body of the last request. */
  get lastBody(): Record<string, unknown> {
    const { body } = this.requests.at(-1) ?? {};
    if (typeof body !== 'string') throw new Error('no request with a body has been made');
    return JSON.parse(body) as Record<string, unknown>;
  }
}
