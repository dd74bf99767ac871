import { readJwtClaims, type ClaimNames } from './jwt-claims';

const NAMES: ClaimNames = {
  user: 'sub',
  organization: 'org',
  roles: 'roles',
  permissions: 'permissions',
  roleMap: {},
};
const TIME = { nowMs: 1_000_000, skewSeconds: 10 };
const BASE = { sub: 'usr_1', org: 'acme', exp: 2_000, iat: 1_000 };

const read = (changes: Record<string, unknown>, names: Partial<ClaimNames> = {}) =>
  readJwtClaims({ ...BASE, ...changes }, { ...NAMES, ...names }, TIME);

describe('readJwtClaims', () => {
  it('finds claims by configured names, also inside objects and with dots in their names', () => {
    const claims = read(
      { 'https://example.com/tenant': 'blue', realm_access: { roles: ['gateway-users'] }, uid: 'u7' },
      {
        user: 'uid',
        organization: 'https://example.com/tenant',
        roles: 'realm_access.roles',
        roleMap: { 'gateway-users': 'viewer' },
      },
    );

    expect(claims).toMatchObject({ userId: 'u7', organization: 'blue' });
    expect([...(claims?.permissions ?? [])].sort()).toEqual([
      'analytics:read-own',
      'budgets:read',
      'models:read',
    ]);
  });

  it('takes a mapped name for nothing else, and unknown roles for nothing at all', () => {
    expect(read({ roles: ['owner'] }, { roleMap: { owner: 'viewer' } })?.permissions?.has('org:manage')).toBe(
      false,
    );
    expect(read({ roles: ['constructor', '__proto__', 'nobody'] })?.permissions?.size).toBe(0);
    expect(read({})?.permissions).toBeUndefined();
  });

  it('refuses a token issued in the future, beyond the clock skew', () => {
    expect(read({ iat: 1_010 })).toBeDefined();
    expect(read({ iat: 1_011 })).toBeUndefined();
    expect(read({ iat: '1000' })).toBeUndefined();
    expect(read({ iat: undefined })).toBeDefined();
  });

  it.each([{ org: ['acme'] }, { org: '' }, { org: {} }, { sub: 7 }, { exp: undefined }, { roles: 'owner' }])(
    'refuses %j',
    (changes) => {
      expect(read(changes)).toBeUndefined();
    },
  );

  it('does not look into what a payload inherits', () => {
    expect(read({}, { user: 'constructor.name' })).toBeUndefined();
    expect(read({}, { roles: 'toString' })?.permissions).toBeUndefined();
  });
});
