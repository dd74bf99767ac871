import type { JsonObject } from '../common/json';
import type { ContentPart, Dialect } from './content-part';

export type ChatRole = 'system' | 'developer' | 'user' | 'assistant' | 'tool';

export interface ChatMessage {
  readonly role: ChatRole;
  readonly content: readonly ContentPart[];
  /** The client sent `content` as one string; kept so that it leaves in the same form. */
  readonly plainText?: boolean;
  readonly name?: string;
  /** Members of the dialect's message that have no field here, passed on to vendors of the same dialect. */
  readonly extensions?: JsonObject;
}

export interface FunctionTool {
  readonly kind: 'function';
  readonly name: string;
  readonly description?: string;
  /** JSON Schema, passed through untouched. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly cacheMark?: { readonly ttl: '5m' | '1h' };
}

/** A free-text tool with an optional grammar (OpenAI `custom`). */
export interface CustomTool {
  readonly kind: 'custom';
  readonly name: string;
  readonly description?: string;
  readonly format?: JsonObject;
}

/** A tool the vendor runs itself (web search, code execution, namespaces …): only its own dialect knows it. */
export interface NativeTool {
  readonly kind: 'native';
  readonly dialect: Dialect;
  readonly value: JsonObject;
}

export type ToolDefinition = FunctionTool | CustomTool | NativeTool;

export type ToolChoice =
  | { readonly mode: 'auto' | 'none' | 'required' }
  | { readonly mode: 'tool'; readonly name: string; readonly kind: 'function' | 'custom' }
  | { readonly mode: 'native'; readonly dialect: Dialect; readonly value: JsonObject };

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name?: string;
      readonly description?: string;
      readonly schema?: JsonObject;
      readonly strict?: boolean;
    };

/** How much a model may think. Levels are a vendor's words; a budget is in tokens. */
export interface ReasoningRequest {
  readonly effort?: string;
  readonly budgetTokens?: number;
  readonly mode?: 'enabled' | 'adaptive' | 'disabled';
  /** Whether the thinking is shown: Anthropic `display`, OpenAI `summary`. */
  readonly summary?: string;
}

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
  readonly logitBias?: JsonObject;
}

/** A chat request, parsed once at the border and read-only from then on; policy makes a redacted copy. */
export interface ChatRequest {
  readonly dialect: Dialect;
  /** What the client wrote; undefined when absent. Routing decides what it means. */
  readonly model: string | undefined;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly responseFormat?: ResponseFormat;
  readonly sampling: Sampling;
  readonly stop?: readonly string[];
  /** The client's output limit in tokens, reasoning included; undefined when it gave none. */
  readonly maxOutputTokens?: number;
  /** How many alternative answers (OpenAI `n`); 1 when absent. */
  readonly choiceCount: number;
  readonly logprobs?: { readonly top?: number };
  readonly reasoning?: ReasoningRequest;
  readonly stream: boolean;
  /** The client wants the usage in its stream. We always ask the vendor for it. */
  readonly includeUsage: boolean;
  readonly serviceTier?: string;
  readonly user?: string;
  readonly metadata?: JsonObject;
  readonly promptCacheKey?: string;
  readonly verbosity?: string;
  /** Fields of the client's dialect without a field here, by wire name. A vendor of another dialect reports them as dropped. */
  readonly extensions: JsonObject;
}
