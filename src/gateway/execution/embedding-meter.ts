import { NO_USAGE } from '../../llm/token-usage';
import type { FinalUsage } from './stream-meter';

/** Stands in for a vendor's usage of an embeddings call: all of it is prompt. */
export class EmbeddingMeter {
  readonly model = undefined;
  readonly serviceTier = undefined;

  constructor(private readonly inputTokensExpected: number) {}

  finalUsage(): FinalUsage {
    return { usage: { ...NO_USAGE, inputUncached: this.inputTokensExpected }, source: 'estimated' };
  }
}
