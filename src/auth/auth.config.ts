import type { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { choice, flag, integer, json, secret, text, url } from '../platform/config/setting-types';
import { JWT_ALGORITHMS, type JwtAlgorithm } from './jwt-algorithm';
import { roleMap, type RoleMap } from './role-map';
import { staticKeys, type StaticKey } from './static-key';

const MIN_SECRET_LENGTH = 32;
const MIN_PRODUCTION_KEY_LENGTH = 24;

/** Who may call, and how that is proved. */
export class AuthConfig {
  static readonly section = 'Authentication';

  @Setting({
    env: 'ALLOWED_API_KEYS',
    aliases: ['API_KEYS'],
    type: staticKeys(),
    default: [],
    secret: true,
    describe:
      'Static API keys: a comma list, or JSON whose entries are keys or `{"key", "tenant"?, "role"?}`. A plain key belongs to the tenant `default` with the role developer.',
    example: '[{"key":"a-long-random-text","tenant":"default","role":"developer"}]',
    unsafeInProduction: (keys) =>
      keys?.some(({ key }) => key.length < MIN_PRODUCTION_KEY_LENGTH) === true
        ? `every key needs at least ${MIN_PRODUCTION_KEY_LENGTH} characters`
        : undefined,
  })
  readonly staticKeys: readonly StaticKey[];

  @Setting({
    env: 'AUTH_GENERATE_SECRETS',
    type: flag(),
    default: true,
    modeDefaults: { production: false },
    describe:
      'Generate a missing API_KEY_PEPPER or JWT_SECRET once into MODELMUXER_DATA_DIR. For one process only: replicas must share both.',
    unsafeInProduction: (value) => (value === true ? 'must be off' : undefined),
  })
  readonly generateSecrets: boolean;

  @Setting({
    env: 'API_KEY_PEPPER',
    type: secret({ minLength: MIN_SECRET_LENGTH }),
    secret: true,
    describe: 'Key of the hash under which API keys are stored. Changing it makes every issued key invalid.',
    unsafeInProduction: (value) => (value === undefined ? 'is required' : undefined),
  })
  readonly apiKeyPepper: Secret | undefined;

  @Setting({
    env: 'JWT_SECRET',
    type: secret({ minLength: MIN_SECRET_LENGTH }),
    secret: true,
    describe: 'Shared secret of HS256 tokens.',
  })
  readonly jwtSecret: Secret | undefined;

  @Setting({
    env: 'JWT_PUBLIC_KEY',
    type: text(),
    describe:
      'PEM public key of RS256 or ES256 tokens (line breaks may be written as \\n), instead of JWT_SECRET.',
  })
  readonly jwtPublicKey: string | undefined;

  @Setting({ env: 'JWT_PUBLIC_KEY_FILE', type: text(), describe: 'File with that PEM public key.' })
  readonly jwtPublicKeyFile: string | undefined;

  @Setting({
    env: 'JWT_JWKS_URL',
    type: url(['https', 'http']),
    describe:
      'JWKS document of the issuer, instead of a secret or a PEM key. Keys are fetched from here only, never from an address in a token; JWT_ALGORITHM says for which algorithm (RS256 when unset).',
    example: 'https://id.example.com/.well-known/jwks.json',
    unsafeInProduction: (value) =>
      value?.startsWith('http://') === true ? 'keys would be fetched unencrypted' : undefined,
  })
  readonly jwtJwksUrl: string | undefined;

  @Setting({
    env: 'JWT_JWKS_CACHE_SECONDS',
    type: integer({ min: 10, max: 86_400 }),
    default: 600,
    describe:
      'After this time the JWKS document is read again in the background; when that fails, the keys at hand go on being used.',
  })
  readonly jwtJwksCacheSeconds: number;

  @Setting({
    env: 'JWT_JWKS_COOLDOWN_SECONDS',
    type: integer({ min: 1, max: 3_600 }),
    default: 30,
    describe:
      'Least time between two reads of the JWKS document, however many tokens name unknown keys; how soon a new key is known.',
  })
  readonly jwtJwksCooldownSeconds: number;

  @Setting({
    env: 'JWT_ALGORITHM',
    type: choice(JWT_ALGORITHMS),
    describe:
      'The only signature algorithm accepted. Unset: what the configured key is made for; the token never decides.',
  })
  readonly jwtAlgorithm: JwtAlgorithm | undefined;

  @Setting({ env: 'JWT_ISSUER', type: text(), default: 'modelmuxer', describe: 'Required `iss` of a token.' })
  readonly jwtIssuer: string;

  @Setting({
    env: 'JWT_AUDIENCE',
    type: text(),
    default: 'modelmuxer',
    describe: 'Required `aud` of a token.',
  })
  readonly jwtAudience: string;

  @Setting({
    env: 'JWT_ORGANIZATION_CLAIM',
    type: text(),
    default: 'org',
    describe: 'Claim that names the organization by id or slug.',
  })
  readonly jwtOrganizationClaim: string;

  @Setting({
    env: 'JWT_USER_CLAIM',
    type: text(),
    default: 'sub',
    describe: 'Claim that names the user by id.',
  })
  readonly jwtUserClaim: string;

  @Setting({
    env: 'JWT_ROLES_CLAIM',
    type: text(),
    default: 'roles',
    describe:
      'Claim with the list of roles; a dot leads into an object (`realm_access.roles`). Roles narrow what the member may do.',
  })
  readonly jwtRolesClaim: string;

  @Setting({
    env: 'JWT_PERMISSIONS_CLAIM',
    type: text(),
    default: 'permissions',
    describe: 'Claim with a list of permissions, to which the token is limited as well.',
  })
  readonly jwtPermissionsClaim: string;

  @Setting({
    env: 'JWT_ROLE_MAP',
    type: json('a JSON object of role names', roleMap),
    default: {},
    describe: 'Names of the issuer’s roles and the built-in role each stands for.',
    example: '{"gateway-admins":"owner","gateway-users":"developer"}',
  })
  readonly jwtRoleMap: RoleMap;

  @Setting({
    env: 'JWT_CLOCK_SKEW_SECONDS',
    type: integer({ min: 0, max: 120 }),
    default: 10,
    describe: 'Tolerance for `exp` and `nbf`.',
  })
  readonly jwtClockSkewSeconds: number;

  @Setting({
    env: 'AUTH_KEY_CACHE_TTL_MS',
    type: integer({ min: 0, max: 60_000 }),
    default: 5_000,
    describe:
      'How long a key is trusted without looking again; the upper bound for a revocation to take effect.',
  })
  readonly cacheTtlMs: number;

  @Setting({
    env: 'AUTH_STALE_SECONDS',
    type: integer({ min: 0, max: 86_400 }),
    default: 300,
    describe: 'How long keys seen before keep working while the database does not answer.',
  })
  readonly staleSeconds: number;
}
