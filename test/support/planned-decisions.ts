import { NO_ACCESS_RULES } from '../../src/access/access-rules';
import type { Caller } from '../../src/access/caller';
import { newId } from '../../src/common/ids';
import { ChatPlanner } from '../../src/gateway/chat-planner';
import { keyOfCard } from '../../src/routing/candidate';
import { RouterService } from '../../src/routing/router.service';
import { chatRequest } from './chat-request-samples';
import type { TestApp } from './create-app';

/** A decision of a running app about a request nobody sent. */
export interface PlannedDecision {
  readonly requestId: string;
  readonly prompt: string;
  /** `provider/model` that answers first. */
  readonly model: string;
  readonly intent: string;
}

/** Plans requests as the service does: its decisions are stored, and nobody is called. */
export function planRequests(
  app: TestApp,
  caller: Caller,
  prompts: readonly string[],
): readonly PlannedDecision[] {
  const planner = app.app.get(ChatPlanner);
  const routing = app.app.get(RouterService).preferenceOf(undefined);
  return prompts.map((prompt) => {
    const requestId = newId('req');
    const original = chatRequest(prompt, {});
    const { plan, analysis } = planner.plan(
      {
        caller,
        original,
        policy: {
          blocked: false,
          reasons: [],
          request: original,
          redactions: new Map(),
          modelRules: NO_ACCESS_RULES,
          regionRules: NO_ACCESS_RULES,
        },
        preferences: {
          routing,
          ceilingNanoUsd: undefined,
          region: undefined,
          session: undefined,
          metadataInStream: false,
          learn: true,
        },
        requestedModel: undefined,
        search: {},
        experiment: undefined,
        thresholds: undefined,
        route: '/v1/chat/completions',
        requestId,
        span: undefined,
      },
      undefined,
    );
    const [first] = plan.steps;
    return {
      requestId,
      prompt,
      model: first ? keyOfCard(first.card) : '',
      intent: analysis.intent.label,
    };
  });
}
