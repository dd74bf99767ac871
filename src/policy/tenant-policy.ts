import { toAccessRules } from '../access/access-rules';
import type { JailbreakPatterns } from './jailbreak-patterns';
import type { PolicyConfig } from './policy.config';
import type { TenantPolicy } from './rules/policy-rule';

/** The policy of one organization out of the configuration. */
export function tenantPolicyOf(
  config: PolicyConfig,
  slug: string,
  jailbreakPatterns: JailbreakPatterns,
): TenantPolicy {
  return {
    redactPii: config.redactPii,
    detectJailbreak: config.detectJailbreak,
    modelRules: toAccessRules(ofTenant(config.modelAllow, slug), ofTenant(config.modelDeny, slug)),
    regionRules: toAccessRules(ofTenant(config.regionAllow, slug), ofTenant(config.regionDeny, slug)),
    customPatterns: config.extraPiiPatterns,
    jailbreakPatterns,
  };
}

function ofTenant(
  map: Readonly<Record<string, readonly string[]>>,
  slug: string,
): readonly string[] | undefined {
  return Object.hasOwn(map, slug) ? map[slug] : undefined;
}
