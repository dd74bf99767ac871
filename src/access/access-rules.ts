/** What a tenant or a key may use, by name. Entries are lower-case; deny wins; no allow list means anything else. */
export interface AccessRules {
  readonly allow: readonly string[] | undefined;
  readonly deny: readonly string[];
}

export const NO_ACCESS_RULES: AccessRules = { allow: undefined, deny: [] };

/** Builds rules from configured or stored lists. */
export function toAccessRules(
  allow: readonly string[] | undefined,
  deny: readonly string[] = [],
): AccessRules {
  return {
    allow: allow?.map((entry) => entry.toLowerCase()),
    deny: deny.map((entry) => entry.toLowerCase()),
  };
}

/**
 * Whether a model with these lower-case names (bare id, `provider/id`, aliases) may be used. An entry
 * may end in `*`. Denying any of a model's names denies the model.
 */
export function permitsModel(rules: AccessRules, names: readonly string[]): boolean {
  if (rules.deny.some((entry) => names.some((name) => matchesName(entry, name)))) return false;
  return rules.allow?.some((entry) => names.some((name) => matchesName(entry, name))) ?? true;
}

/**
 * Whether a lower-case region may be used; the entry `eu` covers `eu-west-1`. A model served from
 * `global` gives no promise about its place, so an allow list refuses it unless it lists `global`.
 */
export function permitsRegion(rules: AccessRules, region: string): boolean {
  if (rules.deny.some((entry) => coversRegion(entry, region))) return false;
  return rules.allow?.some((entry) => coversRegion(entry, region)) ?? true;
}

/** True when `entry` is the region itself or a part of the world that contains it. */
export function coversRegion(entry: string, region: string): boolean {
  return entry === '*' || region === entry || region.startsWith(`${entry}-`);
}

function matchesName(entry: string, name: string): boolean {
  return entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
