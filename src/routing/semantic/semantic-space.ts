import { once } from 'node:events';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EMBEDDER, type Embedder } from '../../llm/embedder';
import { EmbedderRefusal } from '../../llm/embedder-refusal';
import { EmbeddingConfig, type EmbedderKind } from '../../platform/embedding/embedding.config';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import { describeError } from '../../platform/logging/describe-error';
import { MetricsService } from '../../telemetry/metrics.service';
import type { EmbedderFailure } from './embedder-failure';
import { EXEMPLARS } from './exemplars';
import { SemanticIndex, type PromptMeaning } from './semantic-index';

/** The exemplars have to be embedded within this time. */
const LEARN_MS = 10_000;
/** After a failure they are tried again, at the earliest so much later; as often is a failure logged. */
const PAUSE_MS = 60_000;
/** How long a decision waits, unless the settings say otherwise. */
const DEADLINES_MS: Readonly<Record<EmbedderKind, number>> = { static: 150, onnx: 150, remote: 800 };

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
    @Inject(EmbeddingConfig) private readonly config: Pick<EmbeddingConfig, 'kind' | 'timeoutMs'>,
    @Inject(MetricsService) private readonly metrics: Pick<MetricsService, 'routerEmbedding'>,
  ) {
    const vectors = EXEMPLARS.map(({ text }) => staticEmbedder.embedText(text));
    this.builtIn = new SemanticIndex(staticEmbedder.version, vectors);
  }

  async onModuleInit(): Promise<void> {
    await this.learn(this.embedder);
  }

  /** At once. */
  meaningOf(text: string): PromptMeaning {
    return { version: this.builtIn.version, vector: this.staticEmbedder.embedText(text) };
  }

  /** Waits for an embedder, by default the configured one, as long as a decision can. */
  async findMeaning(text: string, signal: AbortSignal, embedder = this.embedder): Promise<MeaningSearch> {
    if (embedder.version === this.builtIn.version) return {};
    const deadline = AbortSignal.timeout(this.config.timeoutMs ?? DEADLINES_MS[this.config.kind]);
    try {
      const meaning = await this.embedIn(embedder, text, AbortSignal.any([signal, deadline]));
      this.metrics.routerEmbedding(embedder.name, 'answered');
      return { meaning };
    } catch (error) {
      if (signal.aborted) return {};
      const failure = failureOf(error, deadline);
      this.metrics.routerEmbedding(embedder.name, failure);
      this.warn(error, `${embedder.name} gave no vector for a prompt (${failure})`);
      return { failure };
    }
  }

  indexOf({ version }: PromptMeaning): SemanticIndex {
    return this.configured?.version === version ? this.configured : this.builtIn;
  }

  /** A vector is of use only where the exemplars are known, so both are asked for at once when they are not. */
  private async embedIn(embedder: Embedder, text: string, limits: AbortSignal): Promise<PromptMeaning> {
    const { version } = embedder;
    const learning = this.learn(embedder);
    if (!learning && !this.knows(embedder)) throw new Error('the exemplars are not embedded yet');
    const [vector] = await embedder.embed([text], limits);
    if (vector?.length !== embedder.dimensions) throw new Error('the vector has another length');
    await (learning && unlessAborted(learning, limits));
    if (!this.knows(embedder)) throw new Error('the exemplars are not embedded yet');
    return { version, vector };
  }

  private knows({ version }: Embedder): boolean {
    return this.configured?.version === version || this.builtIn.version === version;
  }

  /** Embeds the exemplars when they are not known; undefined when that was in vain a moment ago. Never rejects. */
  private learn(embedder: Embedder): Promise<void> | undefined {
    if (this.knows(embedder)) return undefined;
    if (performance.now() - this.lastLearnedAt < PAUSE_MS) return this.learning;
    this.lastLearnedAt = performance.now();
    this.learning = this.embedExemplars(embedder)
      .then((index) => {
        this.configured = index;
      })
      .catch((error: unknown) => {
        // What one tenant may not do, the next may.
        if (error instanceof EmbedderRefusal) this.lastLearnedAt = Number.NEGATIVE_INFINITY;
        this.warn(error, `${embedder.name} embeds no exemplars`);
      })
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
    if (error instanceof EmbedderRefusal) return;
    const now = performance.now();
    if (now - this.lastLoggedAt < PAUSE_MS) return;
    this.lastLoggedAt = now;
    this.logger.warn({ message: `${what}; the built-in embedder stands in`, error: describeError(error) });
  }
}

function failureOf(error: unknown, deadline: AbortSignal): EmbedderFailure {
  if (error instanceof EmbedderRefusal) return error.reason;
  return deadline.aborted ? 'late' : 'failed';
}

/** Gives up waiting at the signal; the work goes on. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const done = new AbortController();
  const abort = once(signal, 'abort', { signal: done.signal }).catch(() => undefined);
  await Promise.race([work, abort]).finally(() => done.abort());
  signal.throwIfAborted();
}
