import { isJsonObject, parseJson } from '../../../common/json';
import { keyOfCard, type Candidate } from '../../candidate';
import type { CatalogView } from '../../catalog-view';
import { isDecisionRecord, type DecisionRecord } from '../../decision-record';
import { planRoute } from '../../plan-route';
import type { RouteInput } from '../../route-input';
import type { RoutingProfile } from '../../routing-profile';
import type { RoutingStrategy } from '../../strategies/routing-strategy';
import { toRouteInput } from '../../unpack-record';
import type { CandidatePolicy } from './candidate-policy';
import type { ReplayedSample } from './replay-verdict';

/** A decision and what came of it. */
export interface LoggedDecision {
  readonly record: DecisionRecord;
  /** How good the answer was, 0..1. */
  readonly outcome: number;
}

/** What records refer to by version; undefined for a version that is not at hand. */
export interface ReplayVersions {
  readonly catalogOf: (version: string) => CatalogView | undefined;
  readonly profileOf: (version: string) => RoutingProfile | undefined;
}

/** Chooses among the candidates of a logged decision; undefined where it cannot. */
export type ChoiceRule = (input: RouteInput) => Candidate | undefined;

export interface Replayed {
  readonly samples: readonly ReplayedSample[];
  /** Mean expected cost per decision in nano-USD, of the log's choices and of the candidate's. */
  readonly loggedCost: number;
  readonly candidateCost: number;
  /** Decisions that could not be replayed: a version not at hand, nobody chosen, or a model the client named. */
  readonly skipped: number;
}

/** Reads a log of JSON lines `{record, outcome}`; names the line that is wrong. */
export function readDecisionLog(text: string): LoggedDecision[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = parseJson(line);
    const record = isJsonObject(value) ? value['record'] : undefined;
    const outcome = isJsonObject(value) ? value['outcome'] : undefined;
    if (!isDecisionRecord(record)) throw new Error(`line ${String(index + 1)}: record is no decision record`);
    if (typeof outcome !== 'number' || !(outcome >= 0 && outcome <= 1))
      throw new Error(`line ${String(index + 1)}: outcome is not a number from 0 to 1`);
    return [{ record, outcome }];
  });
}

/** The rule of a candidate policy: the engine's first step, without exploration. */
export function ruleOf(policy: CandidatePolicy, strategies: readonly RoutingStrategy[]): ChoiceRule {
  return (input) => {
    const engine = policy.engine ?? input.engine;
    const strategy = strategies.find(({ name }) => name === engine);
    if (!strategy) throw new Error(`engine ${engine} does not exist`);
    const changed: RouteInput = {
      ...input,
      engine,
      objective: policy.objective ?? input.objective,
      profile: policy.profile ?? input.profile,
      explorationPermille: 0,
    };
    return planRoute(strategy, changed).steps[0];
  };
}

/** Baselines that need no learning. */
export const FIXED_RULES: Readonly<Record<string, ChoiceRule>> = {
  'always cheapest': ({ candidates }) => first(candidates, (a, b) => compare(a.expectedCost, b.expectedCost)),
  'always strongest': ({ candidates }) =>
    first(
      candidates,
      (a, b) => b.card.quality.general - a.card.quality.general || compare(b.expectedCost, a.expectedCost),
    ),
};

/** What a rule would have chosen on every logged decision whose choice was free, beside what was chosen. */
export function replayPolicy(
  log: readonly LoggedDecision[],
  rule: ChoiceRule,
  versions: ReplayVersions,
): Replayed {
  const samples: ReplayedSample[] = [];
  let loggedCost = 0;
  let candidateCost = 0;
  for (const { record, outcome } of log) {
    const input = inputOf(record, versions);
    const logged = input?.candidates[record.n[0] ?? -1];
    const chosen = input && rule(input);
    if (!input || !logged || !chosen) continue;
    const isSame = chosen === logged;
    loggedCost += Number(logged.expectedCost);
    candidateCost += Number(chosen.expectedCost);
    samples.push({
      outcome,
      propensity: record.q,
      probability: isSame ? 1 : 0,
      expectedOfLogged: logged.quality,
      expectedOfCandidate: chosen.quality,
      unsupported: isSame || couldExplore(record, input.candidates.indexOf(chosen)) ? 0 : 1,
    });
  }
  const count = Math.max(samples.length, 1);
  return {
    samples,
    loggedCost: loggedCost / count,
    candidateCost: candidateCost / count,
    skipped: log.length - samples.length,
  };
}

function inputOf(record: DecisionRecord, versions: ReplayVersions): RouteInput | undefined {
  const catalog = versions.catalogOf(record.v[1]);
  const profile = versions.profileOf(record.v[2]);
  if (!catalog || !profile || record.m !== undefined || record.n.length === 0) return undefined;
  return toRouteInput(record, catalog, profile);
}

/** Exploration draws among the steps of the plan and nothing else. */
function couldExplore(record: DecisionRecord, position: number): boolean {
  return (record.y ?? 0) > 0 && record.n.includes(position);
}

function first(
  candidates: readonly Candidate[],
  order: (a: Candidate, b: Candidate) => number,
): Candidate | undefined {
  return candidates.toSorted((a, b) => order(a, b) || compare(keyOfCard(a.card), keyOfCard(b.card)))[0];
}

function compare<T extends bigint | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
