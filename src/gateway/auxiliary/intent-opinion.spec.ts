import { loadConfig } from '../../platform/config/load-config';
import { LlmIntentConfig } from '../../routing/intent/llm-intent.config';
import type { AuxiliaryTargets } from './auxiliary-targets';
import { IntentOpinion } from './intent-opinion';

function opinionWith(settings: Readonly<Record<string, string>>, callable: readonly string[] = []) {
  const config = loadConfig([LlmIntentConfig], settings).get(LlmIntentConfig);
  const targets = { canCall: (name: string) => callable.includes(name) } as unknown as AuxiliaryTargets;
  return new IntentOpinion(
    config,
    undefined as never,
    targets,
    undefined as never,
    undefined as never,
    {
      intentOpinion: () => undefined,
    } as never,
  );
}

describe('IntentOpinion', () => {
  it.each([
    ['without a model', { INTENT_LLM_ENABLED: 'true' }, /needs INTENT_LLM_MODEL/],
    [
      'with a model nobody can call',
      { INTENT_LLM_MODEL: 'openai/gpt-99' },
      /INTENT_LLM_MODEL: openai\/gpt-99/,
    ],
  ])('refuses a start %s', (_, settings, reason) => {
    expect(() => opinionWith(settings).onModuleInit()).toThrow(reason);
  });

  it('is wanted as the settings say, unless an experiment says otherwise', () => {
    const model = { INTENT_LLM_MODEL: 'openai/cheap' };
    const off = opinionWith(model, ['openai/cheap']);
    const on = opinionWith({ ...model, INTENT_LLM_ENABLED: 'true' }, ['openai/cheap']);
    off.onModuleInit();

    expect(
      [undefined, 'llm', 'local'].map((intentClassifier) => off.isWanted({ intentClassifier } as never)),
    ).toEqual([false, true, false]);
    expect(
      [undefined, 'llm', 'local'].map((intentClassifier) => on.isWanted({ intentClassifier } as never)),
    ).toEqual([true, true, false]);
    expect(opinionWith({}).isWanted({ intentClassifier: 'llm' })).toBe(false);
  });
});
