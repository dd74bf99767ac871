import type { NanoUsd } from '../common/money';
import type { ImageRule } from '../llm/image-tokens';
import type { UsageBucket } from '../llm/token-usage';
import type { ServiceTier } from './service-tier';

/** Nano-USD per million tokens of each usage bucket. */
export interface PriceSchedule {
  readonly perMillion: Readonly<Partial<Record<UsageBucket, NanoUsd>>> & {
    readonly inputUncached: NanoUsd;
    readonly outputText: NanoUsd;
  };
  /** Prices for the whole request when its input (cache included) exceeds `inputTokensAbove`. */
  readonly tier?: {
    readonly inputTokensAbove: number;
    readonly perMillion: PriceSchedule['perMillion'];
  };
}

/** Prices of a model from a date on. */
export interface PriceRow extends PriceSchedule {
  /** First day on which the price counts, `YYYY-MM-DD` (UTC). */
  readonly validFrom: string;
  /** What the vendor asks for other ways of being served, where that is known. */
  readonly serviceTiers?: Readonly<Partial<Record<ServiceTier, PriceSchedule>>>;
}

/** What the catalogue knows of one model at one provider. */
export interface ModelCard {
  readonly provider: string;
  /** The vendor's id, sent on the wire. */
  readonly model: string;
  readonly aliases: readonly string[];
  readonly kind: 'chat' | 'embedding';
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  readonly capabilities: ModelCapabilities;
  /** How a reasoning model is told how much to think, at vendors that know both ways. Absent: by effort. */
  readonly reasoningControl?: 'budget' | 'effort';
  /** A reasoning model that takes temperature and its like all the same, at vendors where others do not. */
  readonly freeSampling?: true;
  /** Present on embedding models only. */
  readonly embedding?: EmbeddingTraits;
  /** How it counts a picture; absent where {@link ANY_IMAGE} is above it. */
  readonly imageRule?: ImageRule;
  /** Regions in which the provider serves it; `global` when it does not say. */
  readonly regions: readonly string[];
  /** Prior of answer quality per task class, 0..1; routing learns on top of it. */
  readonly quality: { readonly general: number; readonly code: number; readonly reasoning: number };
  /** Typical output tokens per second, a prior until measured. */
  readonly typicalTokensPerSecond: number;
  /** Newest last. Empty means unpriced: the model is neither routed to nor callable. */
  readonly prices: readonly PriceRow[];
  /** Last day of service, when announced. */
  readonly retiresOn?: string;
  /** Marks the built-in demonstration models. */
  readonly demo?: true;
}

/** What an embedding model gives and takes. */
export interface EmbeddingTraits {
  /** Numbers in a vector; the most when the model can give shorter ones. */
  readonly dimensions: number;
  /** Gives shorter vectors when asked to. */
  readonly shortens: boolean;
  /** Most inputs of one call. */
  readonly maxInputs: number;
  /** Takes token ids in place of text. */
  readonly tokenIds: boolean;
}

export interface ModelCapabilities {
  readonly reasoning: boolean;
  readonly vision: boolean;
  readonly audio: boolean;
  readonly files: boolean;
  readonly tools: boolean;
  readonly jsonMode: boolean;
  readonly jsonSchema: boolean;
  readonly logprobs: boolean;
  readonly multipleChoices: boolean;
}
