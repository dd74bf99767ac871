import type { CallerLimits } from '../access/caller';
import type { Permission } from '../access/permissions';
import type { ApiKeyEntity } from './api-key.entity';
import { fromStoredLimits } from './key-limits';

/** What a key is restricted to; null means unrestricted. */
export interface KeyRestrictions {
  readonly projectId: string | null;
  readonly allowedModels: readonly string[] | null;
  readonly allowedIps: readonly string[] | null;
  readonly expiresAt: Date | null;
  readonly limits: CallerLimits;
}

/** The restrictions to store, or the name of the first field that asks for more than the maker of the key has. */
export type RestrictionsOutcome =
  | { readonly kind: 'granted'; readonly restrictions: KeyRestrictions }
  | { readonly kind: 'wider'; readonly field: string };

const LIMIT_FIELDS = [
  'requestsPerMinute',
  'requestsPerHour',
  'requestsPerDay',
  'tokensPerMinute',
  'tokensPerHour',
  'tokensPerDay',
  'dailyBudget',
  'weeklyBudget',
  'monthlyBudget',
  'yearlyBudget',
] as const;

/**
 * A key made with a restricted key inherits every restriction it does not tighten; otherwise anyone holding a limited key
 * could make an unlimited one. `parent` is null when the maker came with a token.
 */
export function inheritRestrictions(
  wanted: KeyRestrictions,
  parent: ApiKeyEntity | null,
): RestrictionsOutcome {
  if (parent === null) return { kind: 'granted', restrictions: wanted };
  const field = firstWider(wanted, parent);
  if (field !== undefined) return { kind: 'wider', field };
  const inherited = fromStoredLimits(parent.limits);
  return {
    kind: 'granted',
    restrictions: {
      projectId: wanted.projectId ?? parent.projectId,
      allowedModels: wanted.allowedModels ?? parent.allowedModels,
      allowedIps: wanted.allowedIps ?? parent.allowedIps,
      expiresAt: wanted.expiresAt ?? parent.expiresAt,
      limits: Object.fromEntries(
        LIMIT_FIELDS.map((field) => [field, wanted.limits[field] ?? inherited[field]]),
      ),
    },
  };
}

function firstWider(wanted: KeyRestrictions, parent: ApiKeyEntity): string | undefined {
  if (parent.projectId !== null && wanted.projectId !== null && wanted.projectId !== parent.projectId)
    return 'project_id';
  if (exceeds(wanted.allowedModels, parent.allowedModels)) return 'allowed_models';
  if (exceeds(wanted.allowedIps, parent.allowedIps)) return 'allowed_ips';
  if (wanted.expiresAt !== null && parent.expiresAt !== null && wanted.expiresAt > parent.expiresAt)
    return 'expires_at';
  const limits = fromStoredLimits(parent.limits);
  const wider = LIMIT_FIELDS.some((name) => {
    const [own, bound] = [wanted.limits[name], limits[name]];
    return own !== undefined && bound !== undefined && own > bound;
  });
  return wider ? 'limits' : undefined;
}

/** Ranges are compared as text: a part of a listed range has to be listed by itself. */
function exceeds(wanted: readonly string[] | null, bound: readonly string[] | null): boolean {
  return wanted !== null && bound !== null && wanted.some((item) => !bound.includes(item));
}

/** Permissions nobody gets without asking for them by name. */
export function grantedByDefault(
  maker: ReadonlySet<Permission>,
  owner: ReadonlySet<Permission>,
): readonly Permission[] {
  return [...owner].filter((name) => maker.has(name) && name !== 'system:admin');
}
