import { Injectable } from '@nestjs/common';
import { callerOf } from '../../access/gateway-request';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { AuxiliaryCalls } from '../auxiliary/auxiliary-calls';
import { IntentOpinion } from '../auxiliary/intent-opinion';
import { PromptMeanings } from '../auxiliary/prompt-meanings';
import type { Undecided } from '../auxiliary/undecided';
import type { ChatGatewayRequest, ReadyChat } from '../chat-gateway-request';
import { TenantKnowledge } from '../learning/tenant-knowledge';
import { routeOf } from '../route-of';
import { TrafficSteering } from '../steering/traffic-steering';
import type { PlanningInput } from './route-decider';

/** Gathers what a decision needs to know that only others can say: the tenant's own rules, the prompt's meaning, an opinion on a doubtful intent. */
@Injectable()
export class ChatPreparation {
  constructor(
    private readonly steering: TrafficSteering,
    private readonly knowledge: TenantKnowledge,
    private readonly meanings: PromptMeanings,
    private readonly opinion: IntentOpinion,
    private readonly calls: AuxiliaryCalls,
    private readonly clock: Clock,
  ) {}

  /** Waits for no vendor unless the settings say so. */
  async prepare(request: ChatGatewayRequest, chat: ReadyChat, signal: AbortSignal): Promise<PlanningInput> {
    const { state: facts } = request;
    const caller = callerOf(request);
    await this.knowledge.prepare(caller.organizationId);
    const steered = await this.steering.steer({ ...chat, caller, requestId: facts.requestId });
    const decisionId = newId('dec', this.clock.now());
    const input = {
      ...chat,
      ...steered,
      search: {},
      firstDecisionId: decisionId,
      requestedModel: chat.original.model,
      caller,
      route: routeOf(request),
      requestId: facts.requestId,
      span: facts.span,
    };
    return this.advised({ facts, input, decisionId, signal });
  }

  /** Resolves when every call made for a decision is settled. */
  drained(): Promise<void> {
    return this.calls.drained();
  }

  private async advised(undecided: Undecided): Promise<PlanningInput> {
    const { input } = undecided;
    const [found, asked] = await Promise.all([
      this.meanings.find(undecided),
      this.opinion.isWanted(input) ? this.opinion.ask(undecided) : undefined,
    ]);
    const spent = found.costNanoUsd + (asked?.costNanoUsd ?? 0n);
    const { preferences } = input;
    const { ceilingNanoUsd } = preferences;
    return {
      ...input,
      search: found.search,
      analysis: asked?.analysis,
      auxiliaryNanoUsd: spent,
      ...(ceilingNanoUsd !== undefined && {
        preferences: { ...preferences, ceilingNanoUsd: ceilingNanoUsd - spent },
      }),
    };
  }
}
