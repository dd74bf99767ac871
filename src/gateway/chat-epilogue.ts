import { Injectable } from '@nestjs/common';
import { inputTokensOf } from '../llm/token-usage';
import type { ChatRun } from './execution/chat-run';
import { RunSettlement } from './execution/run-settlement';
import type { PlanningInput } from './planning/route-decider';
import { RoutingHints } from './planning/routing-hints';

/** What follows a chat request when its answer is out: its hold is settled, and what routing can learn is remembered. */
@Injectable()
export class ChatEpilogue {
  constructor(
    private readonly settlement: RunSettlement,
    private readonly hints: RoutingHints,
  ) {}

  /** Not awaited by the client's answer; see {@link drained}. */
  finish(run: ChatRun, input: PlanningInput): void {
    this.remember(run, input);
    this.settlement.finish(run);
  }

  /** Resolves when every finished request is settled. */
  drained(): Promise<void> {
    return this.settlement.drained();
  }

  private remember({ tally, hold }: ChatRun, { caller, original, preferences }: PlanningInput): void {
    if (hold.remainingNanoUsd !== undefined) this.hints.rememberBudgetLeft(caller, hold.remainingNanoUsd);
    if (!tally.answer) return;
    const { target, usage } = tally.answer;
    const { card, region } = target;
    this.hints.rememberAnswer(
      { caller, request: original, session: preferences.session },
      { card, region, tokens: inputTokensOf(usage) },
    );
  }
}
