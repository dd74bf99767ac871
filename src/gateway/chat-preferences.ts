import type { GatewayRequest } from '../access/gateway-request';
import { parseUsd, type NanoUsd } from '../common/money';
import { isJsonObject } from '../common/json';
import type { RoutingPreference } from '../routing/routing-preference';
import { invalidField } from './openai/wire-reader';

/** What a client asks of the router beside the chat itself, from headers and body. */
export interface ChatPreferences {
  readonly routing: RoutingPreference;
  /** Smallest of `X-Max-Budget` and body `max_budget`. */
  readonly ceilingNanoUsd: NanoUsd | undefined;
  /** Only this region; undefined means any the policy allows. */
  readonly region: string | undefined;
  /** Requests of one session belong together: the model whose prompt cache is warm is preferred. */
  readonly session: string | undefined;
  /** The client wants `router_metadata` in its stream even without a usage chunk. */
  readonly metadataInStream: boolean;
}

/** Reads the router's headers and body fields; throws 400 for values that mean nothing. */
export function parseChatPreferences(
  request: GatewayRequest,
  body: unknown,
  preferenceOf: (strategy: string | undefined) => RoutingPreference,
): ChatPreferences {
  const fields = isJsonObject(body) ? body : {};
  const ceilings = [
    parseBudget('X-Max-Budget', header(request, 'x-max-budget')),
    parseBudget('max_budget', fields['max_budget']),
  ].filter((amount) => amount !== undefined);
  return {
    routing: preferenceOf(header(request, 'x-routing-strategy')),
    ceilingNanoUsd: ceilings.reduce<NanoUsd | undefined>(
      (a, b) => (a === undefined || b < a ? b : a),
      undefined,
    ),
    region: parseRegion(fields['region']),
    session: parseSession(fields['session_id']) ?? parseSession(fields['prompt_cache_key']),
    metadataInStream: header(request, 'x-router-metadata') === 'stream',
  };
}

function header(request: GatewayRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function parseBudget(name: string, value: unknown): NanoUsd | undefined {
  if (value === undefined || value === null) return undefined;
  const amount = typeof value === 'string' || typeof value === 'number' ? parseUsd(value) : undefined;
  if (amount === undefined) throw invalidField(name, 'expected a non-negative amount in USD');
  return amount;
}

function parseSession(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseRegion(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidField('region', 'expected a string');
  return value;
}
