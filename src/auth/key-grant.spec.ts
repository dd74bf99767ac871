import { ROLE_PERMISSIONS } from '../access/permissions';
import { ApiKeyEntity } from './api-key.entity';
import { grantedByDefault, inheritRestrictions, type KeyRestrictions } from './key-grant';

const FREE: KeyRestrictions = {
  projectId: null,
  allowedModels: null,
  allowedIps: null,
  expiresAt: null,
  limits: {},
};

const parent = Object.assign(new ApiKeyEntity(), {
  projectId: 'prj_1',
  allowedModels: ['a', 'b'],
  allowedIps: ['10.0.0.0/8'],
  expiresAt: new Date('2030-01-01'),
  limits: { requests_per_minute: 60, daily_budget_nano_usd: '5000000000' },
});

describe('inheritRestrictions', () => {
  it('restricts nothing for a maker who came with a token', () => {
    expect(inheritRestrictions(FREE, null)).toEqual({ kind: 'granted', restrictions: FREE });
  });

  it('passes every restriction of the making key on', () => {
    expect(inheritRestrictions(FREE, parent)).toEqual({
      kind: 'granted',
      restrictions: {
        projectId: 'prj_1',
        allowedModels: ['a', 'b'],
        allowedIps: ['10.0.0.0/8'],
        expiresAt: new Date('2030-01-01'),
        limits: {
          requestsPerMinute: 60,
          tokensPerMinute: undefined,
          dailyBudget: 5_000_000_000n,
          monthlyBudget: undefined,
        },
      },
    });
  });

  it('accepts tighter wishes', () => {
    const wanted = { ...FREE, allowedModels: ['a'], limits: { requestsPerMinute: 10, tokensPerMinute: 99 } };

    expect(inheritRestrictions(wanted, parent)).toMatchObject({
      kind: 'granted',
      restrictions: { allowedModels: ['a'], limits: { requestsPerMinute: 10, tokensPerMinute: 99 } },
    });
  });

  it.each([
    ['project_id', { projectId: 'prj_2' }],
    ['allowed_models', { allowedModels: ['a', 'c'] }],
    ['allowed_ips', { allowedIps: ['0.0.0.0/0'] }],
    ['expires_at', { expiresAt: new Date('2031-01-01') }],
    ['limits', { limits: { requestsPerMinute: 61 } }],
    ['limits', { limits: { dailyBudget: 5_000_000_001n } }],
  ])('refuses a wider %s', (field, wish) => {
    expect(inheritRestrictions({ ...FREE, ...wish }, parent)).toEqual({ kind: 'wider', field });
  });
});

describe('grantedByDefault', () => {
  it('gives what maker and owner share, and never system administration', () => {
    const admin = new Set(ROLE_PERMISSIONS.admin);
    const viewer = new Set(ROLE_PERMISSIONS.viewer);

    expect(grantedByDefault(admin, viewer)).toEqual([...viewer]);
    expect(grantedByDefault(viewer, admin)).toEqual([...viewer]);
    expect(grantedByDefault(admin, admin)).not.toContain('system:admin');
  });
});
