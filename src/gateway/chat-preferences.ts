import type { GatewayRequest } from '../access/gateway-request';
import { parseUsd, type NanoUsd } from '../common/money';
import { isJsonObject } from '../common/json';
import type { CascadeDefaults } from '../routing/cascade/cascade-types';
import { withCascadeWish, type RoutingPreference } from '../routing/routing-preference';
import { invalidField } from './openai/wire-reader';
import { parseCascadeWish } from './parse-cascade-wish';

/** What a client asks of the router beside the chat itself, from headers and body. */
export interface ChatPreferences {
  readonly routing: RoutingPreference;
  /** Smallest of `X-Max-Budget` and body `max_budget`. */
  readonly ceilingNanoUsd: NanoUsd | undefined;
  /** Only this region; undefined means any the policy allows. */
  readonly region: string | undefined;
  /** Requests of one session belong together: the model whose prompt cache is warm is preferred. */
  readonly session: string | undefined;
  /** False keeps what becomes of the request out of what routing learns from. */
  readonly learn: boolean;
  /** The client wants `router_metadata` in its stream even without a usage chunk. */
  readonly metadataInStream: boolean;
}

/** What the router knows of engines, objectives and cascades. */
interface PreferenceSource {
  preferenceOf(strategy: string | undefined): RoutingPreference;
  cascadeDefaults(): CascadeDefaults;
}

/** Reads the router's headers and body fields; throws 400 for values that mean nothing. */
export function parseChatPreferences(
  request: GatewayRequest,
  body: unknown,
  router: PreferenceSource,
): ChatPreferences {
  const fields = isJsonObject(body) ? body : {};
  const { cascade_config: config } = fields;
  const cascade = parseCascadeWish(config, header(request, 'x-enable-cascade'), router.cascadeDefaults());
  const strategy =
    header(request, 'x-routing-strategy') ?? parseText('routing_preference', fields['routing_preference']);
  const ceilings = [
    parseBudget('X-Max-Budget', header(request, 'x-max-budget')),
    parseBudget('max_budget', fields['max_budget']),
    parseBudget('cascade_config.max_budget', isJsonObject(config) ? config['max_budget'] : undefined),
  ].filter((amount) => amount !== undefined);
  return {
    routing: withCascadeWish(router.preferenceOf(strategy), cascade),
    ceilingNanoUsd: ceilings.reduce<NanoUsd | undefined>(
      (a, b) => (a === undefined || b < a ? b : a),
      undefined,
    ),
    region: parseText('region', fields['region']),
    session:
      parseText('session_id', fields['session_id']) ??
      parseText('prompt_cache_key', fields['prompt_cache_key']),
    learn: parseFlag('enable_analytics', fields['enable_analytics']) ?? true,
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

function parseText(name: string, value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalidField(name, 'expected a string');
  return value;
}

function parseFlag(name: string, value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw invalidField(name, 'expected true or false');
  return value;
}
