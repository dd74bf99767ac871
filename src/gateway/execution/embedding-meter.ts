import { NO_USAGE, type TokenUsage } from '../../llm/token-usage';

/** Stands in for a vendor's usage of an embeddings call: all of it is prompt. */
export class EmbeddingMeter {
  readonly model = undefined;
  readonly serviceTier = undefined;

  constructor(private readonly inputTokensExpected: number) {}

  finalUsage(): { readonly usage: TokenUsage; readonly source: 'estimated' } {
    return { usage: { ...NO_USAGE, inputUncached: this.inputTokensExpected }, source: 'estimated' };
  }
}
