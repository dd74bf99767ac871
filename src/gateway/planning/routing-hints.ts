import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import type { ModelCard } from '../../catalog/model-card';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import type { ChatRequest } from '../../llm/chat-request';
import { ExpiringMemory } from '../../quota/expiring-memory';
import { keysToFind, keysToRemember } from './conversation-keys';

/** Vendors keep a prompt in their cache for about five minutes. */
const CACHE_MS = 300_000;
const MAX_CONVERSATIONS = 20_000;
const BUDGET_MS = 60_000;
const MAX_CALLERS = 5_000;

/** Who holds the beginning of a conversation in its prompt cache. */
export interface WarmModel {
  readonly card: ModelCard;
  readonly region: string;
  /** Tokens of the prompt that was answered; so many of the next one may be cached. */
  readonly tokens: number;
  /** The request that was answered, when what becomes of the answer says something about its decision. */
  readonly taughtBy?: string | undefined;
}

interface Conversation {
  readonly caller: Caller;
  readonly request: ChatRequest;
  readonly session: string | undefined;
}

/**
 * What this process remembers of recent answers and routing weighs: whose prompt cache is warm for a
 * conversation, and how much of a caller's budget was left. Only hints: they are bounded, expire, are lost
 * at a restart, and never rule a model out or let a budget be exceeded.
 */
@Injectable()
export class RoutingHints {
  private readonly warm = new ExpiringMemory<WarmModel>(CACHE_MS, MAX_CONVERSATIONS);
  private readonly left = new ExpiringMemory<NanoUsd>(BUDGET_MS, MAX_CALLERS);

  constructor(private readonly clock: Clock) {}

  findWarmModel({ caller, request, session }: Conversation): WarmModel | undefined {
    const nowMs = this.clock.now();
    for (const key of keysToFind(request, scopeOf(caller), session)) {
      const found = this.warm.get(key, nowMs);
      if (found) return found;
    }
    return undefined;
  }

  /** Who answered exactly this conversation before; only one that goes back and forth, because programs repeat single questions. */
  findEarlierAnswer({ caller, request, session }: Conversation): WarmModel | undefined {
    if (!request.messages.some(({ role }) => role === 'assistant')) return undefined;
    const [key = ''] = keysToRemember(request, scopeOf(caller), session);
    return this.warm.get(key, this.clock.now());
  }

  rememberAnswer({ caller, request, session }: Conversation, model: WarmModel): void {
    const nowMs = this.clock.now();
    for (const key of keysToRemember(request, scopeOf(caller), session)) {
      this.warm.delete(key);
      this.warm.add(key, model, nowMs);
    }
  }

  budgetLeftOf(caller: Caller): NanoUsd | undefined {
    return this.left.get(payerOf(caller), this.clock.now());
  }

  rememberBudgetLeft(caller: Caller, left: NanoUsd): void {
    const payer = payerOf(caller);
    this.left.delete(payer);
    this.left.add(payer, left, this.clock.now());
  }
}

function scopeOf({ organizationId, projectId }: Caller): string {
  return `${organizationId} ${projectId ?? ''}`;
}

function payerOf({ organizationId, userId, apiKeyId }: Caller): string {
  return `${organizationId} ${userId} ${apiKeyId ?? ''}`;
}
