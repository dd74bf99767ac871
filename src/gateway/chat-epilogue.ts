import { Injectable } from '@nestjs/common';
import { inputTokensOf } from '../llm/token-usage';
import type { CascadeAnswer } from './execution/cascade-executor';
import type { ChatRun } from './execution/chat-run';
import type { CompletedAnswer } from './execution/plan-executor';
import { RunSettlement } from './execution/run-settlement';
import type { StreamedAnswer } from './execution/streamed-answer';
import { AnswerOutcomes, taughtBy, type AnsweredChat } from './learning/answer-outcomes';
import { WatchedAnswer } from './learning/watched-answer';
import type { PlanningInput } from './planning/route-decider';
import { RoutingHints } from './planning/routing-hints';

/** A request that is over, with what its answer was decided from. */
export interface FinishedChat extends AnsweredChat {
  readonly input: PlanningInput;
}

/** What follows a chat request when its answer is out: its hold is settled, and what routing can learn is remembered. */
@Injectable()
export class ChatEpilogue {
  constructor(
    private readonly settlement: RunSettlement,
    private readonly hints: RoutingHints,
    private readonly outcomes: AnswerOutcomes,
  ) {}

  /** Notes how a whole answer turned out. */
  answered(chat: AnsweredChat, { result, receipt, cascade }: CompletedAnswer & Partial<CascadeAnswer>): void {
    this.outcomes.asked(chat);
    this.outcomes.checked(chat, receipt.card, result);
    if (cascade) this.outcomes.cascaded(chat, cascade);
  }

  /** The same stream; once it has passed, what can be seen of it is noted. */
  watched(chat: AnsweredChat, answer: StreamedAnswer): StreamedAnswer {
    return new WatchedAnswer(answer, (seen) => {
      this.outcomes.asked(chat);
      if (seen) this.outcomes.checked(chat, answer.receipt?.card ?? answer.target.card, seen);
      if (answer.cascade) this.outcomes.cascaded(chat, answer.cascade);
    });
  }

  /** Not awaited by the client's answer; see {@link drained}. */
  finish(run: ChatRun, { input, plan }: FinishedChat): void {
    this.remember(run, { input, plan });
    this.settlement.finish(run);
  }

  /** Resolves when every finished request is settled. */
  drained(): Promise<void> {
    return this.settlement.drained();
  }

  private remember({ tally, hold }: ChatRun, { input, plan }: FinishedChat): void {
    const { caller, original, preferences } = input;
    if (hold.remainingNanoUsd !== undefined) this.hints.rememberBudgetLeft(caller, hold.remainingNanoUsd);
    if (!tally.answer) return;
    const conversation = { caller, request: original, session: preferences.session };
    const earlier = this.hints.findEarlierAnswer(conversation);
    if (earlier) this.outcomes.regenerated({ input, plan }, earlier.card, earlier.taughtBy);
    const { target, usage } = tally.answer;
    const { card, region } = target;
    this.hints.rememberAnswer(conversation, {
      card,
      region,
      tokens: inputTokensOf(usage),
      taughtBy: taughtBy({ input, plan }),
    });
  }
}
