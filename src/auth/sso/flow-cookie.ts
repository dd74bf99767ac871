import { createHmac, timingSafeEqual } from 'node:crypto';
import { isJsonObject, parseJson } from '../../common/json';
import type { FlowSecrets } from './open-id-client';

/** A log-in on its way to the identity service and back. */
export interface Flow extends FlowSecrets {
  /** Path on this host to go to afterwards. */
  readonly returnTo: string;
  /** `cookie` for a browser, `body` for a program that takes the tokens from the answer. */
  readonly transport: 'cookie' | 'body';
  readonly endsAtMs: number;
}

/** The flow as the text of a cookie, signed: it proves that this browser began the log-in that it now finishes. */
export function sealFlow(flow: Flow, key: Buffer): string {
  const body = Buffer.from(JSON.stringify(flow)).toString('base64url');
  return `${body}.${mac(body, key)}`;
}

/** Undefined for a text that we did not write, or wrote too long ago. */
export function openFlow(text: string | undefined, key: Buffer, nowMs: number): Flow | undefined {
  const [body = '', signature = '', ...rest] = text?.split('.') ?? [];
  const expected = Buffer.from(mac(body, key));
  const given = Buffer.from(signature);
  if (rest.length > 0 || expected.length !== given.length || !timingSafeEqual(expected, given))
    return undefined;
  const flow = readFlow(parseJson(Buffer.from(body, 'base64url').toString('utf8')));
  return flow !== undefined && nowMs < flow.endsAtMs ? flow : undefined;
}

/** A path on this host: anything that a browser could take for another host becomes `/`. */
export function safeReturnPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}$/.test(path) ? path : '/';
}

function mac(body: string, key: Buffer): string {
  return createHmac('sha256', key).update(body).digest('base64url');
}

function readFlow(value: unknown): Flow | undefined {
  if (!isJsonObject(value)) return undefined;
  const { state, nonce, verifier, returnTo, transport, endsAtMs } = value;
  if (typeof state !== 'string' || typeof nonce !== 'string' || typeof verifier !== 'string')
    return undefined;
  if (typeof returnTo !== 'string' || typeof endsAtMs !== 'number') return undefined;
  if (transport !== 'cookie' && transport !== 'body') return undefined;
  return { state, nonce, verifier, returnTo, transport, endsAtMs };
}
