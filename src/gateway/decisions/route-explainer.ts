import { Injectable } from '@nestjs/common';
import { callerOf } from '../../access/gateway-request';
import type { JsonObject } from '../../common/json';
import { toUsdNumber } from '../../common/money';
import { PolicyEngine, type PolicyOutcome } from '../../policy/policy-engine';
import { keyOfCard } from '../../routing/candidate';
import { describeDecision } from '../../routing/describe-decision';
import { noRouteError } from '../../routing/no-route';
import { RouterService } from '../../routing/router.service';
import type { ChatGatewayRequest, ChatState } from '../chat-gateway-request';
import { OfferBoard } from '../offer-board';
import { TrafficSteering } from '../steering/traffic-steering';
import { RouteDecider, type DecidedRoute } from '../planning/route-decider';
import { routeOf } from '../route-of';

/** Says what would happen to a request: policy, decision, prices. Calls nobody, reserves nothing, keeps nothing. */
@Injectable()
export class RouteExplainer {
  constructor(
    private readonly policy: PolicyEngine,
    private readonly decider: RouteDecider,
    private readonly router: RouterService,
    private readonly board: OfferBoard,
    private readonly steering: TrafficSteering,
  ) {}

  async explain(request: ChatGatewayRequest, chat: ChatState, signal: AbortSignal): Promise<JsonObject> {
    const caller = callerOf(request);
    const { organizationSlug } = caller;
    const policy = await this.policy.inspectInSlices(
      chat.original,
      { organizationSlug, region: chat.preferences.region },
      signal,
    );
    const { requestId } = request.state;
    const steered = await this.steering.steer({ ...chat, caller, requestId });
    await this.decider.prepare(caller);
    const decided = this.decider.decide(
      {
        ...chat,
        ...steered,
        search: {},
        requestedModel: chat.original.model,
        policy,
        caller,
        route: routeOf(request),
        requestId,
        span: undefined,
      },
      chat.preferences.ceilingNanoUsd,
    );
    const record = decided.decision.toRecord();
    return {
      dry_run: true,
      policy: policyView(policy),
      ...planView(decided, this.board),
      decision: describeDecision(record, this.board.view, this.router.profile),
      record,
    };
  }
}

function policyView({ blocked, reasons, redactions }: PolicyOutcome): JsonObject {
  return { blocked, reasons, redactions: Object.fromEntries(redactions) };
}

function planView({ decision, size }: DecidedRoute, board: OfferBoard): JsonObject {
  if (decision.kind === 'none') {
    const { code, message, details } = noRouteError(decision.noRoute);
    return { plan: null, refusal: { code, message, details: details ?? null } };
  }
  const { plan } = decision;
  return {
    plan: {
      strategy: plan.strategy,
      objective: plan.objective,
      routing_reason: plan.reason,
      price_version: board.view.version,
      steps: plan.steps.map(({ card, region, expectedCost }) => ({
        model: keyOfCard(card),
        region,
        expected_cost: toUsdNumber(expectedCost),
        worst_case_cost: toUsdNumber(board.worstCaseOf(card, size)),
        max_output_tokens: board.outputLimitFor(card, size),
      })),
    },
    refusal: null,
  };
}
