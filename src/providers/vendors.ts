/** A vendor that is known by name: one row here, one adapter, one price list. */
export interface VendorRow {
  /** Name of the provider in requests, prices and metrics. */
  readonly name: string;
  /** Beginning of its variables: `<ENV>_API_KEY`, `<ENV>_BASE_URL`. */
  readonly env: string;
  readonly title: string;
  /** Undefined for what has no fixed place: it is on as soon as an address is configured, with or without key. */
  readonly baseUrl: string | undefined;
  /** Other names under which people keep the key. */
  readonly keyAliases?: readonly string[];
  /**
   * What happens to a call whose client has left: cancelled at once (the default), or, at a vendor that bills
   * the whole answer all the same, read to its end within `PROVIDER_DRAIN_*` so that the books are exact.
   */
  readonly onAbort?: AbortHabit;
}

export type AbortHabit = 'cancel' | 'drain';

/** Every vendor with a wire format of its own. The name is the `vendor` of its adapter, too. */
export const VENDORS: readonly VendorRow[] = [
  { name: 'openai', env: 'OPENAI', title: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
  { name: 'anthropic', env: 'ANTHROPIC', title: 'Anthropic', baseUrl: 'https://api.anthropic.com' },
  {
    name: 'google',
    env: 'GOOGLE',
    title: 'Google Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    keyAliases: ['GEMINI_API_KEY'],
  },
  { name: 'mistral', env: 'MISTRAL', title: 'Mistral', baseUrl: 'https://api.mistral.ai/v1' },
  { name: 'groq', env: 'GROQ', title: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' },
  { name: 'together', env: 'TOGETHER', title: 'Together', baseUrl: 'https://api.together.xyz/v1' },
  {
    name: 'cohere',
    env: 'COHERE',
    title: 'Cohere',
    baseUrl: 'https://api.cohere.com/v2',
    keyAliases: ['CO_API_KEY'],
  },
  { name: 'litellm', env: 'LITELLM', title: 'LiteLLM proxy', baseUrl: undefined },
];
