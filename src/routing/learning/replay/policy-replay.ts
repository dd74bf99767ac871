import type { CatalogView } from '../../catalog-view';
import { ROUTER_VERSION, type DecisionRecord } from '../../decision-record';
import type { RouteInput } from '../../route-input';
import type { RoutingProfile } from '../../routing-profile';
import { toRouteInput } from '../../unpack-record';
import type { ChoiceRule } from './choice-rule';
import type { LoggedDecision } from './logged-decision';
import { ReplayTally } from './replay-tally';

/** What records refer to by version; undefined for a version that is not at hand. */
export interface ReplayVersions {
  readonly catalogOf: (version: string) => CatalogView | undefined;
  readonly profileOf: (version: string) => RoutingProfile | undefined;
}

/** Why a decision says nothing about another policy. */
export type SkipReason =
  | 'other version of the router'
  | 'catalogue or weights not at hand'
  | 'the client named the model'
  | 'nobody could answer';

/** What a rule would have done on the log. */
export interface ReplayedRule {
  readonly tally: ReplayTally;
  /** Mean expected cost per decision in nano-USD. */
  readonly meanCost: number;
}

/**
 * Replays a log under some rules, decision by decision: what each would have chosen where the choice was free, beside what
 * was chosen and what the present policy chooses without exploration.
 */
export class PolicyReplay {
  readonly #tallies: ReadonlyMap<
    string,
    { readonly rule: ChoiceRule; readonly tally: ReplayTally; cost: number }
  >;
  readonly #skipped = new Map<SkipReason, number>();
  #count = 0;
  #loggedCost = 0;

  constructor(
    private readonly present: ChoiceRule,
    rules: Readonly<Record<string, ChoiceRule>>,
  ) {
    this.#tallies = new Map(
      Object.entries(rules).map(([name, rule]) => [name, { rule, tally: new ReplayTally(), cost: 0 }]),
    );
  }

  /** Decisions that were replayed. */
  get count(): number {
    return this.#count;
  }

  get skipped(): ReadonlyMap<SkipReason, number> {
    return this.#skipped;
  }

  /** Mean expected cost of the logged choices in nano-USD. */
  get loggedMeanCost(): number {
    return this.#loggedCost / Math.max(this.#count, 1);
  }

  add(logged: LoggedDecision, versions: ReplayVersions): void {
    const input = toReplayInput(logged.record, versions);
    if (typeof input === 'string') {
      this.#skip(input);
      return;
    }
    const present = this.present(input);
    const choices = [...this.#tallies.values()].map(({ rule }) => rule(input));
    const [position] = logged.record.n;
    const chosen = input.candidates[position ?? -1];
    if (!chosen || position === undefined || present === undefined || choices.includes(undefined)) {
      this.#skip('nobody could answer');
      return;
    }
    this.#count++;
    this.#loggedCost += Number(chosen.expectedCost);
    const expectedOf = (place: number): number => input.candidates[place]?.quality ?? 0;
    [...this.#tallies.values()].forEach((one, i) => {
      const choice = choices[i] ?? position;
      one.cost += Number(input.candidates[choice]?.expectedCost ?? 0n);
      one.tally.add({
        outcome: logged.outcome,
        propensity: logged.record.q,
        probability: choice === position ? 1 : 0,
        expectedOfLogged: chosen.quality,
        expectedOfCandidate: expectedOf(choice),
        unsupported: choice === position || couldExplore(logged.record, choice) ? 0 : 1,
        present: {
          probability: present === position ? 1 : 0,
          expected: expectedOf(present),
          differs: present !== choice,
        },
      });
    });
  }

  results(): ReadonlyMap<string, ReplayedRule> {
    const count = Math.max(this.#count, 1);
    return new Map(
      [...this.#tallies].map(([name, { tally, cost }]) => [name, { tally, meanCost: cost / count }]),
    );
  }

  #skip(reason: SkipReason): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
  }
}

/** What a record was decided from, or why it says nothing about other choices. */
export function toReplayInput(record: DecisionRecord, versions: ReplayVersions): RouteInput | SkipReason {
  if (record.v[0] !== ROUTER_VERSION) return 'other version of the router';
  if (record.m !== undefined) return 'the client named the model';
  if (record.n.length === 0) return 'nobody could answer';
  const catalog = versions.catalogOf(record.v[1]);
  const profile = versions.profileOf(record.v[2]);
  if (!catalog || !profile) return 'catalogue or weights not at hand';
  return toRouteInput(record, catalog, profile);
}

/** Exploration draws among the steps of the plan and nothing else. */
function couldExplore(record: DecisionRecord, position: number): boolean {
  return (record.y ?? 0) > 0 && record.n.includes(position);
}
