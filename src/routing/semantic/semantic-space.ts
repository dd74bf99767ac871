import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EMBEDDER, type Embedder } from '../../llm/embedder';
import { EmbeddingConfig } from '../../platform/embedding/embedding.config';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import { describeError } from '../../platform/logging/describe-error';
import { MetricsService } from '../../telemetry/metrics.service';
import type { EmbedderFailure } from './embedder-failure';
import { EXEMPLARS } from './exemplars';
import { SemanticIndex, type PromptMeaning } from './semantic-index';

/** The exemplars have to be embedded within this time. */
const LEARN_MS = 20_000;
/** After a failure they are tried again, at the earliest so much later; as often is a failure logged. */
const PAUSE_MS = 60_000;

/** What the configured embedder said of a prompt, or why it said nothing; neither when the built-in one is all there is. */
export interface MeaningSearch {
  readonly meaning?: PromptMeaning;
  readonly failure?: EmbedderFailure;
}

/**
 * Meanings of prompts, by the configured embedder; by the built-in one where that one fails or is too slow. The
 * exemplars are known in the space of either, so that vectors of two embedders are never compared.
 */
@Injectable()
export class SemanticSpace implements OnModuleInit {
  private readonly logger = new Logger(SemanticSpace.name);
  private readonly builtIn: SemanticIndex;
  private configured: SemanticIndex | undefined;
  private learning: Promise<void> | undefined;
  private lastLearnedAt = Number.NEGATIVE_INFINITY;
  private lastLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    private readonly staticEmbedder: StaticEmbedder,
    @Inject(EmbeddingConfig) private readonly config: Pick<EmbeddingConfig, 'timeoutMs'>,
    @Inject(MetricsService) private readonly metrics: Pick<MetricsService, 'routerEmbedding'>,
  ) {
    const vectors = EXEMPLARS.map(({ text }) => staticEmbedder.embedText(text));
    this.builtIn = new SemanticIndex(staticEmbedder.version, vectors);
  }

  onModuleInit(): Promise<void> {
    return this.learn(this.embedder);
  }

  /** At once. */
  meaningOf(text: string): PromptMeaning {
    return { version: this.builtIn.version, vector: this.staticEmbedder.embedText(text) };
  }

  /** Waits for the configured embedder as long as a decision can. */
  async findMeaning(text: string, signal: AbortSignal): Promise<MeaningSearch> {
    const { embedder } = this;
    if (embedder.version === this.builtIn.version) return {};
    const deadline = AbortSignal.timeout(this.config.timeoutMs);
    try {
      const { version } = this.indexFor(embedder);
      const [vector] = await embedder.embed([text], AbortSignal.any([signal, deadline]));
      if (vector?.length !== embedder.dimensions) throw new Error('the vector has another length');
      this.metrics.routerEmbedding(embedder.name, 'answered');
      return { meaning: { version, vector } };
    } catch (error) {
      if (signal.aborted) return {};
      const failure = deadline.aborted ? 'late' : 'failed';
      this.metrics.routerEmbedding(embedder.name, failure);
      this.warn(error, `${embedder.name} gave no vector for a prompt (${failure})`);
      return { failure };
    }
  }

  indexOf({ version }: PromptMeaning): SemanticIndex {
    return this.configured?.version === version ? this.configured : this.builtIn;
  }

  private indexFor(embedder: Embedder): SemanticIndex {
    if (this.configured?.version === embedder.version) return this.configured;
    void this.learn(embedder);
    throw new Error('the exemplars are not embedded yet');
  }

  /** Embeds the exemplars, unless that is going on or was tried a moment ago. Never rejects. */
  private learn(embedder: Embedder): Promise<void> {
    if (embedder.version === this.builtIn.version) return Promise.resolve();
    if (performance.now() - this.lastLearnedAt < PAUSE_MS) return this.learning ?? Promise.resolve();
    this.lastLearnedAt = performance.now();
    this.learning = this.embedExemplars(embedder)
      .then((index) => {
        this.configured = index;
      })
      .catch((error: unknown) => this.warn(error, `${embedder.name} embeds no exemplars`))
      .finally(() => {
        this.learning = undefined;
      });
    return this.learning;
  }

  private async embedExemplars(embedder: Embedder): Promise<SemanticIndex> {
    const texts = EXEMPLARS.map(({ text }) => text);
    const vectors = await embedder.embed(texts, AbortSignal.timeout(LEARN_MS));
    if (vectors.length !== texts.length || vectors.some(({ length }) => length !== embedder.dimensions))
      throw new Error('the vectors are not as many or not as long as they should be');
    return new SemanticIndex(embedder.version, vectors);
  }

  private warn(error: unknown, what: string): void {
    const now = performance.now();
    if (now - this.lastLoggedAt < PAUSE_MS) return;
    this.lastLoggedAt = now;
    this.logger.warn({ message: `${what}; the built-in embedder stands in`, error: describeError(error) });
  }
}
