import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { HttpCall } from './http-call';
import { HttpClientConfig } from './http-client.config';
import { HttpFailure } from './http-failure';
import type { HttpRequest, HttpResponse } from './http-message';

/** Distinct origins with open connections; more means that somebody feeds us addresses. */
const MAX_ORIGINS = 256;

/**
 * Every outbound HTTP call goes through here. Connections are pooled per origin, never pipelined,
 * redirects are not followed (credentials would travel with them), answers are asked for
 * uncompressed (so that a byte cap is a memory cap). Fails with {@link HttpFailure} only.
 */
@Injectable()
export class HttpClient implements OnApplicationShutdown {
  private readonly pools = new Map<string, Pool>();

  constructor(private readonly config: HttpClientConfig) {}

  /** Resolves when the headers of the answer are there, whatever its status. */
  request(request: HttpRequest): Promise<HttpResponse> {
    if (request.signal.aborted) {
      return Promise.reject(
        new HttpFailure({ reason: 'aborted', sent: false, cause: request.signal.reason }),
      );
    }
    const url = new URL(request.url);
    const call = new HttpCall(request.signal);
    this.poolOf(url.origin).dispatch(
      {
        path: url.pathname + url.search,
        method: request.method,
        headers: { ...request.headers, 'accept-encoding': 'identity' },
        body: request.body ?? null,
        headersTimeout: request.headersTimeoutMs,
        bodyTimeout: request.bodyTimeoutMs,
      },
      call,
    );
    return call.response;
  }

  async onApplicationShutdown(): Promise<void> {
    const pools = [...this.pools.values()];
    this.pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  private poolOf(origin: string): Pool {
    const known = this.pools.get(origin);
    if (known) return known;
    if (this.pools.size >= MAX_ORIGINS) this.dropOldestPool();
    const pool = new Pool(origin, {
      connections: this.config.connections,
      pipelining: 1,
      allowH2: false,
      connectTimeout: this.config.connectTimeoutMs,
      keepAliveTimeout: this.config.keepAliveMs,
      maxHeaderSize: this.config.maxHeaderBytes,
    });
    this.pools.set(origin, pool);
    return pool;
  }

  /** A closed pool finishes its running calls and then goes away. */
  private dropOldestPool(): void {
    const [oldest] = this.pools;
    if (!oldest) return;
    this.pools.delete(oldest[0]);
    void oldest[1].close();
  }
}
