import { AppError } from '../common/app-error';
import { parseRoutingPreference } from './routing-preference';

const defaults = { engine: 'heuristic', objective: 'balanced' } as const;
const parse = (value: string | undefined): ReturnType<typeof parseRoutingPreference> =>
  parseRoutingPreference(value, ['heuristic'], defaults);

describe('parseRoutingPreference', () => {
  it('falls back to the configured engine and objective', () => {
    expect(parse(undefined)).toEqual({ ...defaults, explicit: false });
    expect(parse('  ')).toEqual({ ...defaults, explicit: false });
  });

  it.each([
    ['cost', 'cost_optimized'],
    ['COST_OPTIMIZED', 'cost_optimized'],
    ['quality', 'quality_focused'],
    ['quality_focused', 'quality_focused'],
    ['speed', 'speed'],
    [' Balanced ', 'balanced'],
  ])('reads %j as the objective %s', (value, objective) => {
    expect(parse(value)).toEqual({ engine: 'heuristic', objective, explicit: true });
  });

  it.each(['semantic', 'cascade', 'hybrid', 'nonsense', '__proto__'])(
    'refuses %j, which this version has not, and lists what works',
    (value) => {
      expect.assertions(2);
      try {
        parse(value);
      } catch (error) {
        expect(error).toMatchObject({ code: 'unknown_routing_strategy', category: 'invalid_request' });
        expect(error instanceof AppError && error.message).toMatch(/heuristic, cost_optimized.*speed/);
      }
    },
  );
});
