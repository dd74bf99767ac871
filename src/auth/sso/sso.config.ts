import { ROLES, type Role } from '../../access/permissions';
import type { Secret } from '../../platform/config/secret';
import { Setting } from '../../platform/config/setting';
import { choice, flag, json, list, secret, text, url } from '../../platform/config/setting-types';
import { roleMap, type RoleMap } from '../role-map';

const insecure = (value: string | undefined): string | undefined =>
  value?.startsWith('http://') === true ? 'must be an https:// address' : undefined;

/** Log-in through the identity service of the company (OpenID Connect). Off while SSO_ISSUER is unset. */
export class SsoConfig {
  static readonly section = 'Single sign-on';

  @Setting({
    env: 'SSO_ISSUER',
    type: url(['https', 'http']),
    describe: 'Issuer whose discovery document names everything else. Turns single sign-on on.',
    example: 'https://id.example.com/realms/main',
    unsafeInProduction: insecure,
  })
  readonly issuer: string | undefined;

  @Setting({ env: 'SSO_CLIENT_ID', type: text(), describe: 'Client id registered at the issuer.' })
  readonly clientId: string | undefined;

  @Setting({
    env: 'SSO_CLIENT_SECRET',
    type: secret(),
    secret: true,
    describe: 'Client secret. Unset: a public client, protected by PKCE alone.',
  })
  readonly clientSecret: Secret | undefined;

  @Setting({
    env: 'SSO_REDIRECT_URL',
    type: url(['https', 'http']),
    describe: 'Public address of /auth/sso/callback, as registered at the issuer.',
    example: 'https://llm.example.com/auth/sso/callback',
    unsafeInProduction: insecure,
  })
  readonly redirectUrl: string | undefined;

  @Setting({
    env: 'SSO_SCOPES',
    type: text(),
    default: 'openid email profile',
    describe: 'Scopes asked for, separated by spaces; add the one that brings the groups claim.',
  })
  readonly scopes: string;

  @Setting({
    env: 'SSO_ORGANIZATION',
    type: text(),
    default: 'default',
    describe: 'Organization (id or slug) people log in to, unless SSO_ORGANIZATION_CLAIM names another.',
  })
  readonly organization: string;

  @Setting({
    env: 'SSO_ORGANIZATION_CLAIM',
    type: text(),
    describe: 'Claim of the ID token with the id or slug of an existing organization; then it is required.',
  })
  readonly organizationClaim: string | undefined;

  @Setting({
    env: 'SSO_GROUPS_CLAIM',
    type: text(),
    default: 'groups',
    describe: 'Claim of the ID token with the list of groups; a dot leads into an object.',
  })
  readonly groupsClaim: string;

  @Setting({
    env: 'SSO_GROUP_ROLES',
    type: json('a JSON object of role names', roleMap),
    default: {},
    describe:
      'Groups and the role each gives; the first entry that matches wins and is set at every log-in. Empty: roles are managed here.',
    example: '{"llm-owners":"owner","llm-users":"developer"}',
  })
  readonly groupRoles: RoleMap;

  @Setting({
    env: 'SSO_DEFAULT_ROLE',
    type: choice(ROLES),
    describe:
      'Role of a new member without a matching group. Unset: whoever is in none of the groups of SSO_GROUP_ROLES is refused.',
  })
  readonly defaultRole: Role | undefined;

  @Setting({
    env: 'SSO_PROVISION_USERS',
    type: flag(),
    default: false,
    describe:
      'Make a user and membership at the first log-in. Off: only people who have been invited get in.',
  })
  readonly provisionUsers: boolean;

  @Setting({
    env: 'SSO_EMAIL_DOMAINS',
    type: list(),
    default: [],
    describe:
      'Only people with a verified e-mail in one of these domains get in. Empty: everybody the issuer knows.',
    example: 'example.com',
  })
  readonly emailDomains: readonly string[];
}
