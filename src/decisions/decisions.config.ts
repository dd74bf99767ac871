import { Setting } from '../platform/config/setting';
import { flag, integer } from '../platform/config/setting-types';

/** How routing decisions are kept. */
export class DecisionsConfig {
  static readonly section = 'Routing decisions';

  @Setting({
    env: 'DECISION_SAMPLE_PERMILLE',
    type: integer({ min: 0, max: 1_000 }),
    default: 1_000,
    modeDefaults: { production: 200 },
    describe:
      'Routing decisions in a thousand that are stored and can be looked up and replayed. Decisions of experiments and explored ones are always stored.',
  })
  readonly samplePermille: number;

  @Setting({
    env: 'DECISION_RETENTION_DAYS',
    type: integer({ min: 1, max: 3_650 }),
    default: 30,
    describe: 'Days for which routing decisions and outcome counts are kept.',
  })
  readonly retentionDays: number;

  @Setting({
    env: 'ROUTER_LEARN_FROM_OUTCOMES',
    type: flag(),
    default: true,
    describe:
      'Whether feedback, judges, repeated questions and faulty answers of a tenant change the quality that routing predicts for it.',
  })
  readonly learnFromOutcomes: boolean;

  @Setting({
    env: 'ROUTER_LEARNING_INTERVAL_MINUTES',
    type: integer({ min: 1, max: 10_080 }),
    default: 60,
    describe:
      'How often the worker learns a router for an organization that wants it, in minutes. Needs new decisions with an outcome each time.',
  })
  readonly learningIntervalMinutes: number;

  @Setting({
    env: 'ROUTER_ARTEFACT_MAX_MB',
    type: integer({ min: 1, max: 64 }),
    default: 8,
    describe:
      'Largest trained router that can be uploaded, in megabytes. Bodies are bounded by `MAX_BODY_MB` as well.',
  })
  readonly maxRouterMb: number;

  get maxRouterBytes(): number {
    return this.maxRouterMb * 1_000_000;
  }
}
