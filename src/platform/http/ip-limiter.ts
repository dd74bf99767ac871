import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { ServerConfig } from './server.config';

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAX_ADDRESSES = 20_000;
const MINUTE_MS = 60_000;
const IPV6_NETWORK_GROUPS = 4;

/**
 * Token bucket per client address, in this process only: a shield against floods and guessing of keys
 * before anything is authenticated, not the rate limit of a key. Remembers a bounded number of
 * addresses and forgets the oldest; IPv6 addresses count by their /64 network.
 */
@Injectable()
export class IpLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly capacity: number;
  private readonly penalty: number;

  constructor(
    config: ServerConfig,
    private readonly clock: Clock,
  ) {
    this.capacity = config.ipRequestsPerMinute;
    this.penalty = Math.ceil(config.ipRequestsPerMinute / config.ipFailedAuthPerMinute);
  }

  /** Takes one request; undefined when it may pass, otherwise seconds to wait. */
  take(ip: string | undefined): number | undefined {
    if (this.capacity === 0) return undefined;
    const bucket = this.bucketOf(ip);
    if (bucket.tokens < 1) return Math.ceil(((1 - bucket.tokens) * 60) / this.capacity);
    bucket.tokens -= 1;
    return undefined;
  }

  /** Makes a failed authentication cost as much as many requests. */
  penalise(ip: string | undefined): void {
    if (this.capacity > 0) this.bucketOf(ip).tokens -= this.penalty;
  }

  /** Addresses remembered at the moment. */
  get size(): number {
    return this.buckets.size;
  }

  private bucketOf(ip: string | undefined): Bucket {
    const key = networkOf(ip ?? '');
    const now = this.clock.monotonic();
    const known = this.buckets.get(key);
    if (known === undefined) return this.addBucket(key, now);
    known.tokens = Math.min(this.capacity, known.tokens + ((now - known.atMs) / MINUTE_MS) * this.capacity);
    known.atMs = now;
    return known;
  }

  private addBucket(key: string, now: number): Bucket {
    if (this.buckets.size >= MAX_ADDRESSES) {
      const [oldest] = this.buckets.keys();
      if (oldest !== undefined) this.buckets.delete(oldest);
    }
    const bucket = { tokens: this.capacity, atMs: now };
    this.buckets.set(key, bucket);
    return bucket;
  }
}

function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip;
  const groups = ip.split(':');
  const gap = groups.indexOf('');
  if (gap < 0 || gap >= IPV6_NETWORK_GROUPS) return groups.slice(0, IPV6_NETWORK_GROUPS).join(':');
  const missing = 8 - groups.filter((group) => group !== '').length;
  const tail = groups.slice(gap).filter((group) => group !== '');
  return [...groups.slice(0, gap), ...Array<string>(missing).fill('0'), ...tail]
    .slice(0, IPV6_NETWORK_GROUPS)
    .join(':');
}
