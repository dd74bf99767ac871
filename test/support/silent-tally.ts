import { OutcomeTally, type Outcome } from '../../src/decisions/outcomes/outcome-tally';

/** Keeps outcomes instead of sending them anywhere. */
export class SilentTally extends OutcomeTally {
  readonly outcomes: Outcome[] = [];

  constructor() {
    super(...([] as never as ConstructorParameters<typeof OutcomeTally>));
  }

  override add(outcome: Outcome): void {
    this.outcomes.push(outcome);
  }
}
