import { permitsModel, permitsRegion, toAccessRules } from './access-rules';

const names = ['gpt-4o', 'gpt-4o-2024-05-13', 'openai/gpt-4o'];

describe('access rules', () => {
  it('allow everything when nothing is listed', () => {
    expect(permitsModel(toAccessRules(undefined), names)).toBe(true);
    expect(permitsRegion(toAccessRules(undefined), 'global')).toBe(true);
  });

  it('let deny win over allow, under any of a model’s names', () => {
    expect(permitsModel(toAccessRules(['gpt-4o'], ['openai/gpt-4o']), names)).toBe(false);
    expect(permitsModel(toAccessRules(['gpt-4o'], ['gpt-4o-2024-05-13']), names)).toBe(false);
  });

  it('match without regard to case and by prefix when an entry ends in a star', () => {
    expect(permitsModel(toAccessRules(['OpenAI/*']), names)).toBe(true);
    expect(permitsModel(toAccessRules(['anthropic/*']), names)).toBe(false);
  });

  it('allow nothing under an empty allow list', () => {
    expect(permitsModel(toAccessRules([]), names)).toBe(false);
  });

  it('take a region to cover its parts, but not names that merely begin alike', () => {
    expect(permitsRegion(toAccessRules(['eu']), 'eu-west-1')).toBe(true);
    expect(permitsRegion(toAccessRules(['eu']), 'europe')).toBe(false);
    expect(permitsRegion(toAccessRules(undefined, ['cn']), 'cn-north-1')).toBe(false);
  });

  it('refuse a model without a promised region when regions are listed', () => {
    expect(permitsRegion(toAccessRules(['eu']), 'global')).toBe(false);
    expect(permitsRegion(toAccessRules(['eu', 'global']), 'global')).toBe(true);
  });
});
