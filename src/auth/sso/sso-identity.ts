import { isJsonObject } from '../../common/json';
import type { Role } from '../../access/permissions';
import { claimAt } from '../claim-at';
import type { SsoConfig } from './sso.config';

/** What the identity service says about a person, as far as it matters here. */
export interface SsoIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Lower case; undefined unless the issuer has verified it: only then it may stand for a user we know. */
  readonly email: string | undefined;
  readonly name: string | undefined;
  /** Id or slug; undefined when the configured claim is missing. */
  readonly organization: string | undefined;
  readonly groups: readonly string[];
}

const MAX_TEXT = 320;

/** Reads the claims of a verified ID token; undefined when they do not name a person. */
export function toSsoIdentity(claims: unknown, config: SsoConfig): SsoIdentity | undefined {
  if (!isJsonObject(claims)) return undefined;
  const issuer = readText(claims['iss']);
  const subject = readText(claims['sub']);
  if (issuer === undefined || subject === undefined) return undefined;
  const groups = claimAt(claims, config.groupsClaim);
  return {
    issuer,
    subject,
    email: claims['email_verified'] === true ? readText(claims['email'])?.toLowerCase() : undefined,
    name: readText(claims['name']),
    organization:
      config.organizationClaim === undefined
        ? config.organization
        : readText(claimAt(claims, config.organizationClaim)),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
  };
}

/** The role the groups of a person give; undefined when the map is empty or none matches. */
export function roleByGroups(config: SsoConfig, groups: readonly string[]): Role | undefined {
  const given = new Set(groups);
  return Object.entries(config.groupRoles).find(([group]) => given.has(group))?.[1];
}

/** Whether the configured domains let this person in. */
export function isInDomains(config: SsoConfig, email: string | undefined): boolean {
  if (config.emailDomains.length === 0) return true;
  const domain = email?.slice(email.lastIndexOf('@') + 1);
  return config.emailDomains.some((allowed) => allowed.toLowerCase() === domain);
}

function readText(value: unknown): string | undefined {
  const usable =
    typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && !/\p{Cc}/u.test(value);
  return usable ? value : undefined;
}
