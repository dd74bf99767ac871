import { setImmediate as breathe } from 'node:timers/promises';
import { keyOfCard } from '../candidate';
import type { LinearHead } from '../quality/linear-head';
import { toPromptTraits } from '../quality/prompt-traits';
import type { RouterWeights } from '../quality/router-weights';
import { adjustQuality } from '../quality/weighted-predictor';
import type { RouteInput } from '../route-input';
import type { RoutingStrategy } from '../strategies/routing-strategy';
import { learnTraits, type TraitRow } from './learn-traits';
import { PRESENT_POLICY, ruleOf, type ChoiceRule } from './replay/choice-rule';
import type { LoggedDecision } from './replay/logged-decision';
import { PolicyReplay, toReplayInput, type ReplayVersions } from './replay/policy-replay';
import type { ReplayTally } from './replay/replay-tally';
import { judgeReplay, type Verdict } from './replay/replay-verdict';

/** What is learned from. */
export interface LearningMaterial {
  /** Decisions whose outcome is known, all predicted by the present router. */
  readonly decisions: readonly LoggedDecision[];
  readonly versions: ReplayVersions;
  readonly strategies: readonly RoutingStrategy[];
  /** Weights of the present router. */
  readonly present: RouterWeights;
  readonly signal: AbortSignal;
}

export type Learned =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'judged';
      readonly weights: RouterWeights;
      readonly verdict: Verdict;
      readonly tally: ReplayTally;
    };

/** So many decisions are worked on before other work gets its turn. */
const BATCH = 100;

/**
 * Learns from one half of the decisions what the present router gets wrong, and judges the result on the other half by
 * replay against the present policy. The present policy counts with all that is known of earlier answers; the new router without, because
 * it has learned from them.
 */
export async function learnRouter(material: LearningMaterial): Promise<Learned> {
  const [lessons, exam] = halves(material.decisions);
  const rows: TraitRow[] = [];
  for (const [i, decision] of lessons.entries()) {
    const row = toTraitRow(decision, material.versions);
    if (row) rows.push(row);
    if (i % BATCH === 0) await pause(material.signal);
  }
  const heads = new Map<string, LinearHead>();
  for (const [model, head] of learnTraits(rows)) {
    heads.set(model, head);
    await pause(material.signal);
  }
  if (heads.size === 0) return { kind: 'nothing' };
  const rule = ruleWith(heads, material.strategies);
  const replay = new PolicyReplay(ruleOf(PRESENT_POLICY, material.strategies), { candidate: rule });
  for (const [i, decision] of exam.entries()) {
    replay.add(decision, material.versions);
    if (i % BATCH === 0) await pause(material.signal);
  }
  const tally = replay.results().get('candidate')?.tally;
  if (!tally) throw new Error('nothing was replayed');
  const weights = { ...material.present, traits: sumOf(material.present.traits, heads) };
  return { kind: 'judged', weights, verdict: judgeReplay(tally), tally };
}

/** By the last digit of the decision's id, which is random: the same decision is always in the same half. */
function halves(
  decisions: readonly LoggedDecision[],
): readonly [readonly LoggedDecision[], readonly LoggedDecision[]] {
  const isLesson = ({ record }: LoggedDecision): boolean =>
    (record.id.charCodeAt(record.id.length - 1) & 1) === 0;
  return [decisions.filter(isLesson), decisions.filter((decision) => !isLesson(decision))];
}

/** Undefined where the answer did not come from the model that was chosen. */
function toTraitRow(
  { record, outcome, model }: LoggedDecision,
  versions: ReplayVersions,
): TraitRow | undefined {
  const input = toReplayInput(record, versions);
  if (typeof input === 'string') return undefined;
  const chosen = input.candidates[record.n[0] ?? -1];
  if (!chosen || (model !== undefined && model !== keyOfCard(chosen.card))) return undefined;
  return {
    vector: toPromptTraits(input.features, input.intent),
    model: keyOfCard(chosen.card).toLowerCase(),
    surprise: outcome - (chosen.prediction ?? chosen.quality),
  };
}

function ruleWith(
  traits: ReadonlyMap<string, LinearHead>,
  strategies: readonly RoutingStrategy[],
): ChoiceRule {
  const plan = ruleOf(PRESENT_POLICY, strategies);
  return (input: RouteInput) => {
    const vector = toPromptTraits(input.features, input.intent);
    const candidates = input.candidates.map(({ prediction, ...candidate }) => {
      const quality = adjustQuality(prediction ?? candidate.quality, candidate.card, { traits, vector });
      return { ...candidate, quality: Math.round(1000 * quality) / 1000 };
    });
    return plan({ ...input, candidates });
  };
}

/** What was learned before stays, and what is new is added to it. */
function sumOf(
  before: RouterWeights['traits'],
  learned: ReadonlyMap<string, LinearHead>,
): ReadonlyMap<string, LinearHead> {
  const sums = new Map(before);
  for (const [model, head] of learned) {
    const known = sums.get(model);
    sums.set(model, known ? added(known, head) : head);
  }
  return sums;
}

function added(a: LinearHead, b: LinearHead): LinearHead {
  const weights =
    a.weights && b.weights
      ? a.weights.map((weight, i) => weight + (b.weights?.[i] ?? 0))
      : (a.weights ?? b.weights);
  return { bias: a.bias + b.bias, weights };
}

async function pause(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await breathe();
}
