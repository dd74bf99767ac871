import type { DroppedParameters } from '../../wire/dropped-parameters';

/** What a server of the OpenAI family takes; differences between servers are data, not code. */
export interface OpenAiWireProfile {
  /** Name of the output limit for models that do not reason. */
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** Name of the output limit for reasoning models; `max_completion_tokens` unless said otherwise. */
  readonly reasoningMaxTokensField?: 'max_tokens';
  /** Request fields the server knows beyond the common core, by wire name. */
  readonly knownFields: ReadonlySet<string>;
  /** Knows the role `developer`; other servers get `system`. */
  readonly developerRole: boolean;
  readonly maxStopSequences: number | undefined;
  /** Request fields of the common core the server does not take, by wire name: left out and reported. */
  readonly unknownFields?: ReadonlySet<string>;
  /** Fields that go by another name there. */
  readonly renamedFields?: Readonly<Record<string, string>>;
  /** Its reasoning models take temperature, penalties and stops like all others. */
  readonly samplesWhileReasoning?: true;
  /** Our reasoning levels in its words; a level that is missing here is dropped, a different one reported. */
  readonly reasoningEfforts?: Readonly<Record<string, string>>;
  /** Sent to reasoning models unless the client says otherwise. */
  readonly reasoningFields?: Readonly<Record<string, unknown>>;
  /** Thinking is switched by `reasoning: {enabled}`. */
  readonly reasoningSwitch?: true;
  /** Member of an assistant message that takes earlier thinking back; without it, thinking is dropped. */
  readonly reasoningMember?: 'reasoning' | 'reasoning_content' | 'content';
  /** Most answers to one request; any number unless said otherwise. */
  readonly maxChoices?: 1;
  /** Log probabilities are asked for by their number alone, as `logprobs: 5`. */
  readonly countedLogprobs?: true;
  /** Its word for a `tool_choice` of `required`. */
  readonly requiredToolChoice?: 'any';
  /** Takes functions only, no free-text tools. */
  readonly functionToolsOnly?: true;
  /** Content parts besides text it reads; all unless said otherwise. */
  readonly media?: ReadonlySet<'image' | 'audio' | 'file'>;
  /** Documents are parts of type `document_url`. */
  readonly documentUrls?: true;
  /** Knows no member `refusal`: earlier refusals go back as text. */
  readonly plainRefusals?: true;
  /** Takes no `name` on messages. */
  readonly namelessMessages?: true;
  /** Sent with every call, besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What data cannot say: the last word on the body before it is sent. Changes go into `dropped`. */
  readonly adapt?: (body: Record<string, unknown>, dropped: DroppedParameters) => void;
}

/** Fields without a place in our request that cost nothing extra; those with prices we do not list are left out on purpose. */
const OPENAI_EXTENSIONS = [
  'function_call',
  'functions',
  'moderation',
  'prediction',
  'prompt_cache_options',
  'prompt_cache_retention',
  'safety_identifier',
  'store',
];

/** OpenAI itself. */
export const OPENAI_PROFILE: OpenAiWireProfile = {
  maxTokensField: 'max_completion_tokens',
  knownFields: new Set([
    ...OPENAI_EXTENSIONS,
    'service_tier',
    'metadata',
    'prompt_cache_key',
    'verbosity',
    'user',
  ]),
  developerRole: true,
  maxStopSequences: 4,
};

/** A server that stands in for OpenAI: a proxy in front of it, or something that only speaks like it and may know the older names alone. */
export const OPENAI_STAND_IN_PROFILE: OpenAiWireProfile = {
  ...OPENAI_PROFILE,
  maxTokensField: 'max_tokens',
  developerRole: false,
};

/** vLLM, Ollama, llama.cpp, SGLang and whatever else speaks the dialect. */
export const COMPATIBLE_PROFILE: OpenAiWireProfile = {
  maxTokensField: 'max_tokens',
  knownFields: new Set([
    'function_call',
    'functions',
    'user',
    'top_k',
    'min_p',
    'repetition_penalty',
    'length_penalty',
    'min_tokens',
    'ignore_eos',
    'stop_token_ids',
    'skip_special_tokens',
    'chat_template_kwargs',
    'guided_json',
    'guided_regex',
    'guided_choice',
    'guided_grammar',
    'structured_outputs',
  ]),
  developerRole: false,
  maxStopSequences: undefined,
};
