import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { NanoUsd } from '../../common/money';
import { lastUserText } from '../../llm/message-text';
import { ConfigProblems } from '../../platform/config/load-config';
import { labelIn, toLabelRequest } from '../../routing/intent/ask-for-label';
import { LlmIntentConfig } from '../../routing/intent/llm-intent.config';
import { RouterService, type RequestAnalysis } from '../../routing/router.service';
import { MetricsService } from '../../telemetry/metrics.service';
import type { ChatRun } from '../execution/chat-run';
import { CHAT_ENDPOINT } from '../execution/endpoints';
import { PlanExecutor } from '../execution/plan-executor';
import { questionOfChat } from '../execution/question-of';
import { keyOfCard } from '../../routing/candidate';
import type { SteeredChat } from '../steering/traffic-steering';
import type { PlanningInput } from '../planning/route-decider';
import { AuxiliaryCalls, type AuxiliaryRun } from './auxiliary-calls';
import { AuxiliaryTargets, type AuxiliaryTarget } from './auxiliary-targets';
import { PART_OF_CEILING, type Undecided } from './undecided';

/** What was asked for, and what that cost. */
export interface AskedIntent {
  readonly analysis: RequestAnalysis;
  readonly costNanoUsd: NanoUsd;
}

/**
 * Asks a cheap language model what a request is about where the classifier is not sure. Only one of the seven labels is taken from
 * its answer; whatever goes wrong, the classifier's own label stays. The call is under the same rules as any
 * other and booked for the tenant.
 */
@Injectable()
export class IntentOpinion implements OnModuleInit {
  constructor(
    private readonly config: LlmIntentConfig,
    private readonly router: RouterService,
    private readonly targets: AuxiliaryTargets,
    private readonly executor: PlanExecutor,
    private readonly calls: AuxiliaryCalls,
    private readonly metrics: MetricsService,
  ) {}

  /** Refuses a start with a model that nobody could ask. */
  onModuleInit(): void {
    const { enabled, model } = this.config;
    if (enabled && model === undefined)
      throw new ConfigProblems(['INTENT_LLM_ENABLED: needs INTENT_LLM_MODEL']);
    if (model !== undefined && !this.targets.canCall(model))
      throw new ConfigProblems([
        `INTENT_LLM_MODEL: ${model} is no chat model of a provider with a key or address`,
      ]);
  }

  /** True when the settings, or the experiment the request takes part in, want to ask. */
  isWanted({ intentClassifier }: Pick<SteeredChat, 'intentClassifier'>): boolean {
    const isWanted = intentClassifier === undefined ? this.config.enabled : intentClassifier === 'llm';
    return isWanted && this.config.model !== undefined;
  }

  /** Never rejects. */
  async ask(undecided: Undecided): Promise<AskedIntent> {
    const { input } = undecided;
    const analysis = this.router.analyze(input.original, input.thresholds);
    const { model } = this.config;
    const hasText = lastUserText(input.policy.request).trim() !== '';
    if (model === undefined || !hasText) return { analysis, costNanoUsd: 0n };
    if (!this.router.mayAskForIntent(input.original, analysis, input.thresholds))
      return { analysis, costNanoUsd: 0n };
    const { opinion, costNanoUsd } = await this.opinionOf(model, undecided, analysis);
    const asked = this.router.withOpinion(analysis, opinion, input.thresholds);
    this.metrics.intentOpinion(asked.intent.asked?.outcome ?? 'failed');
    return { analysis: asked, costNanoUsd };
  }

  private async opinionOf(
    model: string,
    undecided: Undecided,
    analysis: RequestAnalysis,
  ): Promise<{ opinion: Opinion; costNanoUsd: NanoUsd }> {
    const { input } = undecided;
    const chat = toLabelRequest(input.policy.request);
    const found = this.targets.find(model, input, chat);
    if (!found) return { opinion: { outcome: 'not_allowed' }, costNanoUsd: 0n };
    if (isTooDear(found, input)) return { opinion: { outcome: 'no_budget' }, costNanoUsd: 0n };
    const run = toRun(undecided, analysis, { ...found, chat });
    const outcome = await this.calls.make({
      run,
      timeoutMs: this.config.timeoutMs,
      signal: undecided.signal,
      call: async (terms) => labelIn((await this.executor.complete({ ...run, ...terms })).result),
    });
    if (outcome.kind !== 'answered') return { opinion: { outcome: outcome.kind }, costNanoUsd: 0n };
    const { value: label, costNanoUsd } = outcome;
    if (label === undefined) return { opinion: { outcome: 'unreadable' }, costNanoUsd };
    const { confidence } = this.config;
    return { opinion: { label, confidence, model: keyOfCard(found.target.card) }, costNanoUsd };
  }
}

type Opinion = Parameters<RouterService['withOpinion']>[1];

function isTooDear({ target }: AuxiliaryTarget, { preferences }: PlanningInput): boolean {
  const { ceilingNanoUsd } = preferences;
  return ceilingNanoUsd !== undefined && target.worstCaseNanoUsd * PART_OF_CEILING > ceilingNanoUsd;
}

function toRun(
  { facts, input, decisionId }: Undecided,
  { intent }: RequestAnalysis,
  { target, priceVersion, chat }: AuxiliaryTarget & Pick<ChatRun, 'chat'>,
): AuxiliaryRun<ChatRun> {
  const { engine, objective } = input.preferences.routing;
  return {
    facts,
    span: input.span,
    caller: input.caller,
    endpoint: CHAT_ENDPOINT,
    purpose: 'classifier',
    route: input.route,
    chat,
    requestedModel: input.requestedModel,
    question: questionOfChat(chat),
    decision: { decisionId, strategy: engine, objective, intent: intent.label, priceVersion },
    targets: [target],
    candidates: [target.card],
    outputLimit: chat.maxOutputTokens,
    nextTargets: () => [],
    ceilingNanoUsd: undefined,
  };
}
