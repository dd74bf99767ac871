import type {
  Content,
  GenerateContentResponse,
  GenerateContentResponseUsageMetadata,
  GenerationConfig,
  ServiceTier,
  Tool,
  ToolConfig,
} from '@google/genai';

/** A type of Google's SDK as its JSON looks: words for enums, every member optional as zeros are left out. */
export type Wire<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]?: Wire<T[Name]> }
      : T;

/** Body of `generateContent`. */
export interface GeminiRequestBody {
  readonly systemInstruction?: Wire<Content>;
  readonly contents: readonly Wire<Content>[];
  readonly tools?: readonly Wire<Tool>[];
  readonly toolConfig?: Wire<ToolConfig>;
  readonly generationConfig: Wire<GenerationConfig>;
  readonly serviceTier?: Wire<ServiceTier>;
}

/** Answer of `generateContent`, and data of each event of a stream. */
export type GeminiAnswer = Omit<Wire<GenerateContentResponse>, 'usageMetadata'> & {
  readonly usageMetadata?: GeminiUsage;
};

/** The REST API tells the tier used, which the SDK types elsewhere. */
export type GeminiUsage = Wire<GenerateContentResponseUsageMetadata> & {
  readonly serviceTier?: Wire<ServiceTier>;
};
