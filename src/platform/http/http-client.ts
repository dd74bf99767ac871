import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'undici';
import { AddressGuard, type UrlOrigin } from './address-guard';
import { HttpCall } from './http-call';
import { HttpClientConfig } from './http-client.config';
import { HttpFailure } from './http-failure';
import type { HttpRequest, HttpResponse } from './http-message';

/** Distinct origins with open connections; more means that somebody feeds us addresses. */
const MAX_ORIGINS = 256;

/**
 * Every outbound HTTP call goes through here. Connections are pooled per origin, never pipelined,
 * redirects are not followed (credentials would travel with them), answers are asked for
 * uncompressed (so that a byte cap is a memory cap). Addresses pass the {@link AddressGuard} when a connection
 * is opened. Fails with {@link HttpFailure} only.
 */
@Injectable()
export class HttpClient implements OnApplicationShutdown {
  private readonly pools: Readonly<Record<UrlOrigin, Map<string, Pool>>> = {
    operator: new Map<string, Pool>(),
    tenant: new Map<string, Pool>(),
  };
  private readonly guard: AddressGuard;

  constructor(private readonly config: HttpClientConfig) {
    this.guard = new AddressGuard(config.allowedNetworks);
  }

  /** Resolves when the headers of the answer are there, whatever its status. */
  async request(request: HttpRequest): Promise<HttpResponse> {
    if (request.signal.aborted)
      throw new HttpFailure({ reason: 'aborted', sent: false, cause: request.signal.reason });
    const url = new URL(request.url);
    const pool = this.poolOf(url, request.urlFrom ?? 'operator');
    const call = new HttpCall(request.signal);
    pool.dispatch(
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
    const pools = Object.values(this.pools).flatMap((byOrigin) => [...byOrigin.values()]);
    for (const byOrigin of Object.values(this.pools)) byOrigin.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  /** A pool keeps what may be reached with it: one that a tenant uses is never one the operator opened. */
  private poolOf(url: URL, urlFrom: UrlOrigin): Pool {
    const pools = this.pools[urlFrom];
    const known = pools.get(url.origin);
    if (known) return known;
    this.guard.check(url, urlFrom);
    if (pools.size >= MAX_ORIGINS) dropOldestPool(pools);
    const pool = new Pool(url.origin, {
      connect: { lookup: this.guard.lookupFor(urlFrom) },
      connections: this.config.connections,
      pipelining: 1,
      allowH2: false,
      connectTimeout: this.config.connectTimeoutMs,
      keepAliveTimeout: this.config.keepAliveMs,
      maxHeaderSize: this.config.maxHeaderBytes,
    });
    pools.set(url.origin, pool);
    return pool;
  }
}

/** A closed pool finishes its running calls and then goes away. */
function dropOldestPool(pools: Map<string, Pool>): void {
  const [oldest] = pools;
  if (!oldest) return;
  pools.delete(oldest[0]);
  void oldest[1].close();
}
