import type { ChatRequest } from './chat-request';
import type { ChatResult } from './chat-result';
import type { ChatStreamEvent } from './chat-stream-event';

/** Where and as whom a vendor is called. */
export interface ProviderEndpoint {
  /** Name of the configured provider, such as `openai` or `my-vllm`. */
  readonly provider: string;
  readonly baseUrl: string;
  /** Undefined for servers that need none. Lives only in headers. */
  readonly apiKey: string | undefined;
}

/** One call to a vendor. */
export interface ProviderCall {
  readonly endpoint: ProviderEndpoint;
  /** The vendor's id of the model. */
  readonly model: string;
  readonly request: ChatRequest;
  /** Always set, so that the worst case that was held is the real one. In tokens. */
  readonly maxOutputTokens: number;
  /** Facts of the model card the mapping depends on. */
  readonly traits: ModelTraits;
  /** Our id of this call; sent as a correlation header where the vendor has one. */
  readonly attemptId: string;
  /** W3C `traceparent` header of this call. */
  readonly traceParent?: string;
  /** Aborted when the client leaves or a deadline passes. */
  readonly signal: AbortSignal;
}

/** What a model takes, as data from the catalogue; adapters contain no model names. */
export interface ModelTraits {
  /** Rejects temperature, top_p, penalties and logprobs; wants `max_completion_tokens`. */
  readonly reasoning: boolean;
  readonly vision: boolean;
  readonly tools: boolean;
  readonly jsonSchema: boolean;
  /** How a thinking model is told how much to think, at vendors that know both ways. Absent: by effort. */
  readonly reasoningControl?: 'budget' | 'effort';
  /** A thinking model that takes temperature, top_p and top_k all the same. */
  readonly freeSampling?: boolean;
  /** Dearer service tiers that a call to the model may ask for, because their price is known. */
  readonly serviceTiers?: readonly string[];
}

/** A GET that costs nothing and is answered with 2xx by a vendor that is there and takes the key. */
export interface ProviderProbe {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Speaks one vendor's wire format. Maps the request, reports every field that could not be passed on
 * in `droppedParameters`, never throws for unknown answer fields, and fails with ProviderError only.
 */
export interface ChatAdapter {
  /** The wire format's name, such as `openai`, `anthropic`. */
  readonly vendor: string;
  complete(call: ProviderCall): Promise<ChatResult>;
  /** Ends after the last event; leaving the loop early cancels the call at the vendor. */
  stream(call: ProviderCall): AsyncIterable<ChatStreamEvent>;
  /** The vendor's list of models; absent where there is none. */
  probe?(endpoint: ProviderEndpoint): ProviderProbe;
}
