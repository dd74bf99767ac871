import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import type { Secret } from '../platform/config/secret';
import { HttpClient } from '../platform/http/http-client';

const DEADLINE_MS = 10_000;
const SILENCE_MS = 10_000;
const FIRST_REFUSAL = 400;
const FIRST_SERVER_ERROR = 500;
/** Timeout, too early, too many requests: worth another try, unlike all other 4xx. */
const TRY_AGAIN: readonly number[] = [408, 425, 429];

/** The receiver will never take this body. */
export class PostRefused extends Error {}

/** What is posted to one address. */
export interface SignedPostRequest {
  readonly url: string;
  readonly secret: Secret | undefined;
  readonly contentType: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/**
 * Posts a body with `x-modelmuxer-signature: t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hexadecimal>`, from
 * which the receiver sees who sent it and when.
 */
@Injectable()
export class SignedPost {
  constructor(
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the receiver has taken it (2xx). Rejects with {@link PostRefused} when it never will. */
  async send({ url, secret, contentType, body, signal }: SignedPostRequest): Promise<void> {
    const response = await this.http.request({
      url,
      method: 'POST',
      headers: { 'content-type': contentType, ...this.signature(secret, body) },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
      headersTimeoutMs: SILENCE_MS,
      bodyTimeoutMs: SILENCE_MS,
    });
    response.body.discard();
    const { status } = response;
    if (status >= 200 && status < 300) return;
    const isRefusal = status >= FIRST_REFUSAL && status < FIRST_SERVER_ERROR && !TRY_AGAIN.includes(status);
    throw isRefusal ? new PostRefused(`answered ${status}`) : new Error(`answered ${status}`);
  }

  private signature(secret: Secret | undefined, body: string): Readonly<Record<string, string>> {
    if (!secret) return {};
    const seconds = Math.floor(this.clock.now() / 1_000);
    const mac = createHmac('sha256', secret.reveal()).update(`${seconds}.${body}`).digest('hex');
    return { 'x-modelmuxer-signature': `t=${seconds},v1=${mac}` };
  }
}
