import type { HttpClient } from '../../../platform/http/http-client';

const TIMEOUT_MS = 10_000;

export interface JsonPost {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Posts JSON; anything but a 2xx answer is a failure. The address never becomes part of an error: it may be a secret. */
export async function postJson(http: HttpClient, { url, body, headers, signal }: JsonPost): Promise<void> {
  const response = await http.request({
    url,
    urlFrom: 'operator',
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'modelmuxer', ...headers },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    headersTimeoutMs: TIMEOUT_MS,
    bodyTimeoutMs: TIMEOUT_MS,
  });
  response.body.discard();
  if (response.status < 200 || response.status > 299) throw new Error(`answered ${response.status}`);
}
