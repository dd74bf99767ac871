import { OutcomeTally } from '../../src/decisions/outcomes/outcome-tally';
import { AnswerMemory } from '../../src/gateway/learning/answer-memory';
import { AnswerOutcomes } from '../../src/gateway/learning/answer-outcomes';
import { FakeClock } from './fake-clock';
import { builtInSpace } from './test-router';

class SilentTally extends OutcomeTally {
  constructor() {
    super(...([] as never as ConstructorParameters<typeof OutcomeTally>));
  }

  override add(): void {
    return undefined;
  }
}

/** Notes of outcomes that go nowhere. */
export function quietOutcomes(): AnswerOutcomes {
  return new AnswerOutcomes(new SilentTally(), new AnswerMemory(new FakeClock()), builtInSpace());
}
