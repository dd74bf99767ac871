import { Setting } from '../platform/config/setting';
import { choice, decimal, flag, integer, json, text } from '../platform/config/setting-types';
import { CASCADE_TYPES, type CascadeType } from './cascade/cascade-types';
import { OBJECTIVES, type Objective } from './objective';
import { DEFAULT_PROFILE, readObjectiveShares, type RoutingProfile } from './routing-profile';

/** How a model is chosen. */
export class RoutingConfig {
  static readonly section = 'Routing';

  @Setting({
    env: 'ROUTER_DEFAULT_STRATEGY',
    type: text(),
    default: 'hybrid',
    modeDefaults: { basic: 'heuristic' },
    describe: 'Engine that chooses when the request names none. The start fails when it does not exist.',
  })
  readonly defaultStrategy: string;

  @Setting({
    env: 'ROUTER_DEFAULT_OBJECTIVE',
    type: choice(OBJECTIVES),
    default: 'balanced',
    describe: 'What weighs most when the request does not say.',
  })
  readonly defaultObjective: Objective;

  @Setting({
    env: 'ROUTER_OBJECTIVE_WEIGHTS',
    type: json('a JSON object of weights per objective', readObjectiveShares),
    default: DEFAULT_PROFILE.objectives,
    describe:
      'What predicted quality, price and speed count for under each objective; only the proportions matter, and objectives left out keep their weights.',
    example: '{"balanced": {"quality": 7, "price": 2, "speed": 1}}',
  })
  readonly objectiveWeights: RoutingProfile['objectives'];

  @Setting({
    env: 'ROUTER_EXPLORATION_PERMILLE',
    type: integer({ min: 0, max: 200 }),
    default: 0,
    describe:
      'Requests in a thousand in which another of the good candidates answers, so that the router learns about models it never chooses. The decision record keeps how probable the choice was.',
  })
  readonly explorationPermille: number;

  @Setting({
    env: 'TEST_MODE',
    type: flag(),
    default: false,
    describe:
      'Makes the same request give the same decision: no vendor is asked for its intent or meaning, and nothing is explored.',
  })
  readonly testMode: boolean;

  @Setting({
    env: 'ROUTER_HONOUR_REQUESTED_MODEL',
    aliases: ['ROUTER_HONOR_REQUESTED_MODEL'],
    type: flag(),
    default: true,
    describe:
      'Whether a model named in the request answers it. When false, every request is routed and the name is only recorded.',
  })
  readonly honourRequestedModel: boolean;

  @Setting({
    env: 'ROUTER_DIRECT_FAILOVER',
    type: flag(),
    default: false,
    describe: 'Whether other models may step in when the model named in the request fails or cannot be used.',
  })
  readonly directFailover: boolean;

  @Setting({
    env: 'DEFAULT_MODEL',
    type: text(),
    describe:
      'Model that answers when the router sees no reason for another one, as `provider/model` or bare id. Without it a balanced model is chosen.',
    example: 'gpt-3.5-turbo',
  })
  readonly defaultModel: string | undefined;

  @Setting({
    env: 'ROUTER_CASCADE_TYPE',
    type: choice(CASCADE_TYPES),
    default: 'balanced',
    describe: 'Type of a cascade whose request names none.',
  })
  readonly cascadeType: CascadeType;

  @Setting({
    env: 'ROUTER_CASCADE_JUDGE',
    type: text(),
    describe:
      'Model that grades answers in cascades of the type quality_focused, as `provider/model`. It has to be one the caller may use; without it answers are checked by their form alone.',
    example: 'openai/gpt-5-nano',
  })
  readonly cascadeJudge: string | undefined;

  @Setting({
    env: 'ROUTER_HYBRID_CASCADE',
    type: flag(),
    default: false,
    describe: 'Whether hybrid routing asks a cheap model first where that pays, without being asked to.',
  })
  readonly hybridCascade: boolean;

  @Setting({
    env: 'ROUTER_INTENT_CLASSIFIER_ENABLED',
    type: flag(),
    default: true,
    modeDefaults: { basic: false },
    describe: 'Whether requests are labelled with what they are about.',
  })
  readonly intentClassifierEnabled: boolean;

  @Setting({
    env: 'INTENT_LOW_CONFIDENCE',
    type: decimal({ min: 0, max: 1 }),
    default: 0.4,
    describe:
      'Below this confidence the label is reported but has no influence at all; above it, it counts where the words of the prompt say nothing.',
  })
  readonly intentLowConfidence: number;

  @Setting({
    env: 'INTENT_MIN_CONF_FOR_DIRECT',
    type: decimal({ min: 0, max: 1 }),
    default: 0.7,
    describe: 'From this confidence on the label alone decides the class of model.',
  })
  readonly intentMinConfidenceForDirect: number;
}
