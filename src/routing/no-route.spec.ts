import { sampleCard } from '../../test/support/routing-samples';
import type { RejectionReason } from './candidate';
import { noRouteError, toNoRoute } from './no-route';

const rejected = (
  ...reasons: RejectionReason[]
): { card: ReturnType<typeof sampleCard>; region: string; reason: RejectionReason }[] =>
  reasons.map((reason, i) => ({ card: sampleCard('p', `m${i}`), region: 'us', reason }));

const errorFor = (
  requested: string | undefined,
  ...reasons: RejectionReason[]
): ReturnType<typeof noRouteError> => noRouteError(toNoRoute(rejected(...reasons), requested));

describe('noRouteError', () => {
  it.each<[string, string, RejectionReason[]]>([
    ['policy_violation', 'policy', ['no_api_key', 'policy_denied']],
    ['policy_violation', 'policy', ['region_denied']],
    ['insufficient_budget', 'budget', ['policy_denied', 'over_budget', 'no_api_key']],
    ['unpriced_model', 'budget', ['not_requested', 'unpriced']],
    ['context_length_exceeded', 'invalid_request', ['context_too_small', 'no_api_key']],
    ['unsupported_parameter', 'invalid_request', ['capability_missing']],
    ['no_provider_available', 'unavailable', ['circuit_open', 'over_budget']],
    ['no_provider_available', 'unavailable', ['no_api_key', 'retired']],
    ['no_provider_available', 'unavailable', []],
  ])('answers %s (%s) when the offers failed with %j', (code, category, reasons) => {
    expect(errorFor(undefined, ...reasons)).toMatchObject({ code, category });
  });

  it('answers 404 for a name nobody knows, and keeps hostile names short', () => {
    const error = errorFor('x'.repeat(5000), 'not_requested', 'not_requested');

    expect(error).toMatchObject({ code: 'model_not_found', category: 'not_found', param: 'model' });
    expect(error.message.length).toBeLessThan(250);
  });

  it('carries the contract’s reasons when policy decides, and all reasons otherwise', () => {
    expect(errorFor(undefined, 'policy_denied')).toMatchObject({
      message: 'Request blocked by policy',
      extras: { reasons: ['model_denied'] },
    });
    expect(errorFor(undefined, 'policy_denied', 'region_denied', 'no_api_key')).toMatchObject({
      extras: { reasons: ['region_denied', 'model_denied'] },
      details: { reasons: { policy_denied: 1, region_denied: 1, no_api_key: 1 } },
    });
    expect(errorFor(undefined, 'over_budget', 'no_api_key').details).toMatchObject({
      reasons: { over_budget: 1, no_api_key: 1 },
    });
  });

  it('says when to try again if a breaker is open', () => {
    expect(errorFor(undefined, 'circuit_open').retryAfterSeconds).toBe(5);
  });
});
