import { Setting } from '../../platform/config/setting';
import { decimal, flag, integer, text } from '../../platform/config/setting-types';

/** A cheap language model that labels the requests of which the classifier is not sure. */
export class LlmIntentConfig {
  static readonly section = 'Intent by a language model';

  @Setting({
    env: 'INTENT_LLM_ENABLED',
    type: flag(),
    default: false,
    describe:
      'Whether INTENT_LLM_MODEL is asked for the label when the confidence is below INTENT_LOW_CONFIDENCE. It costs money, which is booked for the tenant, and the decision waits for it. An experiment can say otherwise per variant.',
  })
  readonly enabled: boolean;

  @Setting({
    env: 'INTENT_LLM_MODEL',
    type: text(),
    describe:
      'Model that is asked, as `provider/model`. Choose a cheap, quick one that does not think first; tenants who may not use it keep the label of the classifier.',
    example: 'openai/gpt-4.1-nano',
  })
  readonly model: string | undefined;

  @Setting({
    env: 'INTENT_LLM_CONFIDENCE',
    type: decimal({ min: 0, max: 1 }),
    default: 0.6,
    describe:
      'Confidence its labels get: how often they are right, as far as you know. From INTENT_MIN_CONF_FOR_DIRECT on they steer the choice of a model, below they are hints.',
  })
  readonly confidence: number;

  @Setting({
    env: 'INTENT_LLM_TIMEOUT_MS',
    type: integer({ min: 50, max: 30_000 }),
    default: 1_500,
    describe: 'How long a decision waits for it. After that the label of the classifier counts.',
  })
  readonly timeoutMs: number;
}
