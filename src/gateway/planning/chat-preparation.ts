import { Injectable } from '@nestjs/common';
import { callerOf } from '../../access/gateway-request';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { lastUserText } from '../../llm/message-text';
import { AuxiliaryCalls } from '../auxiliary/auxiliary-calls';
import { IntentOpinion } from '../auxiliary/intent-opinion';
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
    private readonly opinion: IntentOpinion,
    private readonly calls: AuxiliaryCalls,
    private readonly clock: Clock,
  ) {}

  /** Waits for nobody unless the settings say so. */
  async prepare(request: ChatGatewayRequest, chat: ReadyChat, signal: AbortSignal): Promise<PlanningInput> {
    const caller = callerOf(request);
    const { requestId, span } = request.state;
    await this.knowledge.prepare(caller.organizationId);
    const steered = await this.steering.steer({ ...chat, caller, requestId });
    const input = {
      ...chat,
      ...steered,
      search: {},
      requestedModel: chat.original.model,
      caller,
      route: routeOf(request),
      requestId,
      span,
    };
    const [searched, asked] = await Promise.all([
      this.searched(input, signal),
      this.opinion.isWanted(steered) ? this.asked(request, input, signal) : {},
    ]);
    return { ...input, ...searched, ...asked };
  }

  /** Resolves when every call made for a decision is settled. */
  drained(): Promise<void> {
    return this.calls.drained();
  }

  private async searched(
    { preferences, policy }: PlanningInput,
    signal: AbortSignal,
  ): Promise<Pick<PlanningInput, 'search'>> {
    if (preferences.routing.engine !== 'semantic') return { search: {} };
    // What policy left of the text: it may go to another service.
    return { search: await this.knowledge.meaningOf(lastUserText(policy.request), signal) };
  }

  private async asked(
    { state }: ChatGatewayRequest,
    input: PlanningInput & Parameters<IntentOpinion['isWanted']>[0],
    signal: AbortSignal,
  ): Promise<Partial<PlanningInput>> {
    const decisionId = newId('dec', this.clock.now());
    const { analysis, costNanoUsd } = await this.opinion.ask({ facts: state, input, decisionId, signal });
    const { preferences } = input;
    const { ceilingNanoUsd } = preferences;
    return {
      analysis,
      firstDecisionId: decisionId,
      auxiliaryNanoUsd: costNanoUsd,
      ...(ceilingNanoUsd !== undefined && {
        preferences: { ...preferences, ceilingNanoUsd: ceilingNanoUsd - costNanoUsd },
      }),
    };
  }
}
