import type { GatewayRequest } from '../access/gateway-request';
import type { ChatRequest } from '../llm/chat-request';
import type { PolicyOutcome } from '../policy/policy-engine';
import type { ChatPreferences } from './chat-preferences';

/** What the interceptors of a chat route have established before the handler runs. */
export interface ChatState {
  /** As the client wrote it: routing and jailbreak detection look at this one. */
  readonly original: ChatRequest;
  readonly preferences: ChatPreferences;
  /** Set by the policy interceptor; its request is the one that may leave the house. */
  policy?: PolicyOutcome;
}

/** A chat request after policy. */
export interface ReadyChat extends ChatState {
  readonly policy: PolicyOutcome;
}

/** A request on a chat route. */
export interface ChatGatewayRequest extends GatewayRequest {
  chat?: ChatState;
}

/** The chat of a route behind the chat interceptors; throws when one of them is missing. */
export function readyChatOf(request: ChatGatewayRequest): ReadyChat {
  const { chat } = request;
  if (!chat?.policy) throw new Error('a chat route without its interceptors');
  return { ...chat, policy: chat.policy };
}
