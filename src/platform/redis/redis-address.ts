import { Secret } from '../config/secret';
import type { SettingType } from '../config/setting-types';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is, read from a URL. Several hosts are the seeds of a cluster or the sentinels. */
export interface RedisAddress {
  readonly nodes: readonly [RedisNode, ...RedisNode[]];
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly database: number;
  readonly tls: boolean;
}

const SHAPE = /^(redis|rediss):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/(\d{0,5}))?$/;
const NODE = /^(\[[0-9a-f:]+\]|[^:[\]]+)(?::(\d{1,5}))?$/i;
const DEFAULT_PORT = 6379;

/** Reads `redis[s]://[user:password@]host[:port][,host[:port]…][/database]`; never prints its password. */
export function redisAddress(): SettingType<RedisAddress> {
  return {
    label: 'URL (redis, rediss), hosts separated by commas',
    parse: parseAddress,
    format: () => '***',
  };
}

function parseAddress(text: string): RedisAddress {
  const match = SHAPE.exec(text);
  if (!match)
    throw new Error('expected redis://[user:password@]host[:port][,host…][/database] or rediss://…');
  const [first, ...rest] = (match[3] ?? '').split(',').map(parseNode);
  if (first === undefined) throw new Error('expected at least one host');
  return {
    nodes: [first, ...rest],
    ...parseUser(match[2] ?? ''),
    database: Number(match[4] ?? 0),
    tls: match[1] === 'rediss',
  };
}

function parseNode(text: string): RedisNode {
  const match = NODE.exec(text.trim());
  const port = Number(match?.[2] ?? DEFAULT_PORT);
  if (!match?.[1] || port < 1 || port > 65_535) throw new Error('expected every host as name or name:port');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function parseUser(text: string): Pick<RedisAddress, 'username' | 'password'> {
  const colon = text.indexOf(':');
  const username = decode(colon < 0 ? text : text.slice(0, colon));
  const password = decode(colon < 0 ? '' : text.slice(colon + 1));
  return {
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : new Secret(password),
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('expected user and password in percent encoding');
  }
}
