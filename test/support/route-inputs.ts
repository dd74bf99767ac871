import type { Candidate } from '../../src/routing/candidate';
import { extractFeatures } from '../../src/routing/features';
import type { Intent } from '../../src/routing/intent/intent-label';
import { qualityPrior } from '../../src/routing/quality-prior';
import type { RouteInput } from '../../src/routing/route-input';
import { DEFAULT_PROFILE } from '../../src/routing/routing-profile';
import { classifyTask } from '../../src/routing/strategies/task-class';
import { chatRequest } from './chat-request-samples';
import { tieredOffers } from './routing-samples';

const NO_INTENT: Intent = { label: 'chat_lite', confidence: 0, method: 'off', use: 'ignored' };

/** The tiered models as candidates for a prompt, with the quality the catalogue lets expect. */
export function tieredCandidates(text: string, intent: Intent = NO_INTENT): Candidate[] {
  const task = classifyTask(extractFeatures(chatRequest(text)), intent);
  return tieredOffers().map(({ card, region, cost }) => ({
    card,
    region,
    halfOpen: false,
    healthPercent: 100,
    latencyMs: 500,
    expectedCost: cost?.expected ?? 0n,
    quality: qualityPrior(card, task),
    cacheSaving: 0n,
  }));
}

/** What a strategy would be given for a prompt. */
export function routeInput(text: string, overrides: Partial<RouteInput> = {}): RouteInput {
  const intent = overrides.intent ?? NO_INTENT;
  return {
    features: extractFeatures(chatRequest(text)),
    intent,
    objective: 'balanced',
    engine: 'heuristic',
    requestedModel: undefined,
    candidates: tieredCandidates(text, intent),
    fallback: undefined,
    remainingBudget: undefined,
    budgetLeft: undefined,
    cascade: undefined,
    profile: DEFAULT_PROFILE,
    explorationPermille: 0,
    seed: 1,
    expectedOutputTokens: 300,
    configVersion: 'test',
    ...overrides,
  };
}
