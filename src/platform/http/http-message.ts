import type { UrlOrigin } from './address-guard';
import type { HttpBody } from './http-body';

export interface HttpRequest {
  readonly url: string;
  /** Who wrote the URL down; `operator` when left out. */
  readonly urlFrom?: UrlOrigin;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
  /** Longest silence before the headers of the answer. Coarse (about a second): the caller's signal is the exact one. */
  readonly headersTimeoutMs: number;
  /** Longest silence between two pieces of the body. Coarse as above. */
  readonly bodyTimeoutMs: number;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; repeated headers are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end or cancelled; until then it occupies a connection. */
  readonly body: HttpBody;
}
