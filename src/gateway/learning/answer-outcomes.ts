import { Injectable } from '@nestjs/common';
import { bandOf, type OutcomeSource } from '../../decisions/outcomes/outcome-count';
import { OutcomeTally } from '../../decisions/outcomes/outcome-tally';
import type { ModelCard } from '../../catalog/model-card';
import type { ChatResult } from '../../llm/chat-result';
import { lastUserText } from '../../llm/message-text';
import { SemanticSpace } from '../../routing/semantic/semantic-space';
import { checkAnswer, type AnswerFault } from '../../routing/verify/answer-checks';
import type { CascadeReport } from '../execution/cascade-report';
import type { ChatPlan } from '../chat-planner';
import { AnswerMemory } from './answer-memory';
import type { PlanningInput } from '../planning/route-decider';

/** Faults that say something about the model; an answer cut at the client's own limit does not. */
const MODELS_FAULTS: ReadonlySet<AnswerFault> = new Set([
  'empty',
  'refusal',
  'invalid_json',
  'schema_mismatch',
  'invalid_tool_call',
  'missing_tool_call',
  'repetitive',
]);

/** An answer and the request it belongs to. */
export interface AnsweredChat {
  readonly input: Pick<
    PlanningInput,
    'caller' | 'preferences' | 'original' | 'policy' | 'requestId' | 'search'
  >;
  readonly plan: Pick<ChatPlan, 'analysis' | 'teaches'>;
}

interface NotedOutcome {
  readonly source: OutcomeSource;
  readonly score: number;
  /** The request it is about, when its decision was free and is kept. */
  readonly about: string | undefined;
}

/** Notes what can be seen of an answer's goodness without asking anybody. */
@Injectable()
export class AnswerOutcomes {
  constructor(
    private readonly tally: OutcomeTally,
    private readonly memory: AnswerMemory,
    private readonly space: SemanticSpace,
  ) {}

  /** Keeps what the prompt was like, so that what becomes known of its answer can be told to similar ones. */
  asked({ input }: AnsweredChat): void {
    if (!input.preferences.learn) return;
    const text = lastUserText(input.policy.request);
    this.memory.rememberPrompt(input.requestId, input.search.meaning ?? this.space.meaningOf(text));
  }

  /** A whole answer, streamed or not: whether its form holds. */
  checked(chat: AnsweredChat, card: ModelCard, result: Pick<ChatResult, 'choices'>): void {
    const { faults } = checkAnswer(chat.input.original, result);
    const isFaulty = faults.some((fault) => MODELS_FAULTS.has(fault));
    this.add(chat, card, { source: 'check', score: isFaulty ? 0 : 1, about: taughtBy(chat) });
  }

  /** A cascade: the judge's grades. */
  cascaded(chat: AnsweredChat, { steps, answeredStep }: CascadeReport): void {
    for (const [i, { provider, model, grade }] of steps.entries())
      if (grade !== undefined)
        this.add(
          chat,
          { provider, model },
          { source: 'judge', score: grade, about: i === answeredStep ? taughtBy(chat) : undefined },
        );
  }

  /** The client asked the same again: the answer was not what it wanted. `about` is the request that had it. */
  regenerated(chat: AnsweredChat, card: ModelCard, about: string | undefined): void {
    this.add(chat, card, { source: 'regeneration', score: 0, about });
  }

  private add(
    { input, plan }: AnsweredChat,
    { provider, model }: Pick<ModelCard, 'provider' | 'model'>,
    { source, score, about }: NotedOutcome,
  ): void {
    if (!input.preferences.learn) return;
    const { label, confidence } = plan.analysis.intent;
    // An answer of the right form is not yet a good one.
    if (source !== 'check' || score === 0)
      this.memory.add(input.caller.organizationId, input.requestId, { model: `${provider}/${model}`, score });
    this.tally.add({
      organization_id: input.caller.organizationId,
      provider,
      model,
      intent: label,
      band: bandOf(confidence),
      source,
      score,
      ...(about !== undefined && { requestId: about }),
    });
  }
}

/** The request whose decision its outcome says something about. */
export function taughtBy({ input, plan }: AnsweredChat): string | undefined {
  return plan.teaches ? input.requestId : undefined;
}
