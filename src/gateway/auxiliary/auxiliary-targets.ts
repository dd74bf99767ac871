import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../../catalog/model-card';
import { EffectivePrices } from '../../catalog/prices/effective-prices';
import { Clock } from '../../common/clock';
import type { ChatRequest } from '../../llm/chat-request';
import { upperBoundPrompt, type PromptBound } from '../../llm/token-estimate';
import { filterOffers } from '../../routing/candidate-filter';
import type { ExecutionTarget } from '../execution/chat-run';
import { OfferBoard } from '../offer-board';
import { modelRulesOf, type PlanningInput } from '../planning/route-decider';

/** A model that may be asked, and what that takes. */
export interface AuxiliaryTarget {
  readonly target: ExecutionTarget;
  readonly priceVersion: string;
}

/** Finds the model that routing may ask for itself: under the same rules as the models that answer. */
@Injectable()
export class AuxiliaryTargets {
  constructor(
    private readonly board: OfferBoard,
    private readonly prices: EffectivePrices,
    private readonly clock: Clock,
  ) {}

  /** True for a chat model that can be called with the credentials there are. */
  canCall(name: string): boolean {
    return this.board
      .offersFor(this.sizeOf({ tokens: 1, images: [] }, 1, ''), name)
      .some(({ hasApiKey }) => hasApiKey);
  }

  /** Undefined when policy, key, region, price or health rule the model out for this caller. */
  find(name: string, input: PlanningInput, chat: ChatRequest): AuxiliaryTarget | undefined {
    const { caller, policy, preferences } = input;
    const inputBound = upperBoundPrompt(chat);
    const size = this.sizeOf(inputBound, chat.maxOutputTokens, caller.organizationId);
    const { candidates } = filterOffers(this.board.offersFor(size, name), {
      onlyModel: name,
      modelRules: modelRulesOf(input),
      regionRules: [policy.regionRules],
      region: preferences.region,
      needs: { capabilities: [], inputTokens: inputBound.tokens },
      remainingBudget: undefined,
      today: new Date(this.clock.now()).toISOString().slice(0, 10),
    });
    const [first] = candidates.toSorted((a, b) => Number(a.expectedCost - b.expectedCost));
    if (!first) return undefined;
    const { card, region } = first;
    const maxOutputTokens = this.board.outputLimitFor(card, size);
    const target = {
      provider: this.board.providerOf(card),
      card,
      region,
      maxOutputTokens,
      worstCaseNanoUsd: this.board.worstCaseOf(card, size),
      inputTokensBound: inputBound.tokens,
      worstCaseTokens: inputBound.tokens + maxOutputTokens,
    };
    return {
      target: this.board.asCalledBy(target, caller.organizationId),
      priceVersion: this.prices.versionFor(caller.organizationId),
    };
  }

  private sizeOf(
    inputBound: PromptBound,
    outputLimit: number | undefined,
    organizationId: string,
  ): Parameters<OfferBoard['offersFor']>[0] {
    return {
      inputBound,
      inputTokensExpected: inputBound.tokens,
      outputLimit,
      choices: 1,
      priced: (card: ModelCard) => this.prices.cardFor(organizationId, card),
    };
  }
}
