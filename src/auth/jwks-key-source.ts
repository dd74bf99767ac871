import { Logger } from '@nestjs/common';
import type { Clock } from '../common/clock';
import type { HttpClient } from '../platform/http/http-client';
import { readJwks, type JwksKeys } from './jwks-document';
import type { JwtAlgorithm } from './jwt-algorithm';

export interface JwksOptions {
  readonly url: string;
  readonly algorithm: Exclude<JwtAlgorithm, 'HS256'>;
  readonly cacheMs: number;
  readonly cooldownMs: number;
}

const DEADLINE_MS = 5_000;
const MAX_BYTES = 256 * 1024;

/** `unavailable`: no document has been read yet, so nothing can be said about any key. */
export type JwksAnswer =
  { readonly kind: 'key'; readonly pem: string } | { readonly kind: 'unknown' | 'unavailable' };

/**
 * The keys of an issuer, kept in memory. A key nobody knows makes the document be read again, but never twice within the
 * cooldown and never by two at once: tokens with invented key ids cannot make us call the issuer more often. Keys at hand
 * outlive an outage of the issuer; a key leaves when a newer document no longer lists it.
 */
export class JwksKeySource {
  private readonly logger = new Logger('auth.jwks');
  #keys: JwksKeys | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(
    private readonly options: JwksOptions,
    private readonly http: HttpClient,
    private readonly clock: Clock,
  ) {}

  /** `kid` as the token's header has it; undefined when it has none. */
  async find(kid: string | undefined): Promise<JwksAnswer> {
    const known = this.peek(kid);
    if (known === undefined) await this.readUnlessResting();
    else if (this.clock.monotonic() - this.#readAtMs >= this.options.cacheMs) void this.readUnlessResting();
    const pem = known ?? this.peek(kid);
    if (pem !== undefined) return { kind: 'key', pem };
    return { kind: this.#keys === undefined ? 'unavailable' : 'unknown' };
  }

  private peek(kid: string | undefined): string | undefined {
    return kid === undefined ? this.#keys?.only : this.#keys?.byId.get(kid);
  }

  private readUnlessResting(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    if (this.clock.monotonic() - this.#triedAtMs < this.options.cooldownMs) return Promise.resolve();
    this.#triedAtMs = this.clock.monotonic();
    this.#reading = this.read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Never fails: whoever waits looks at what is there afterwards. */
  private async read(): Promise<void> {
    try {
      const response = await this.http.request({
        url: this.options.url,
        method: 'GET',
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(DEADLINE_MS),
        headersTimeoutMs: DEADLINE_MS,
        bodyTimeoutMs: DEADLINE_MS,
      });
      const text = await response.body.text(MAX_BYTES);
      const keys = response.status === 200 ? readJwks(text, this.options.algorithm) : undefined;
      if (keys === undefined) throw new Error(`the answer (${response.status}) is no JWKS document`);
      this.#keys = keys;
      this.#readAtMs = this.clock.monotonic();
      if (keys.byId.size === 0 && keys.only === undefined)
        this.logger.warn(`The JWKS document lists no key for ${this.options.algorithm}`);
    } catch (error) {
      this.logger.warn(
        `The JWKS document could not be read: ${error instanceof Error ? error.message : 'unknown reason'}`,
      );
    }
  }
}
