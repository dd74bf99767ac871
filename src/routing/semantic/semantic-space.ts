import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { EMBEDDER, type Embedder } from '../../llm/embedder';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import { EXEMPLARS } from './exemplars';
import { SemanticIndex, type PromptMeaning } from './semantic-index';

/** The exemplars have to be embedded within this time at start; otherwise the built-in embedder is used. */
const START_MS = 20_000;
/** A decision waits this long for a vector. */
const DEADLINE_MS = 150;

/** Meanings of prompts, by the configured embedder; by the built-in one where that one fails or is too slow. */
@Injectable()
export class SemanticSpace implements OnModuleInit {
  private readonly logger = new Logger(SemanticSpace.name);
  private readonly builtIn: SemanticIndex;
  private configured: SemanticIndex | undefined;

  constructor(
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    private readonly staticEmbedder: StaticEmbedder,
  ) {
    const vectors = EXEMPLARS.map(({ text }) => staticEmbedder.embedText(text));
    this.builtIn = new SemanticIndex(staticEmbedder.version, vectors);
  }

  async onModuleInit(): Promise<void> {
    if (this.embedder.version === this.builtIn.version) return;
    try {
      const texts = EXEMPLARS.map(({ text }) => text);
      const vectors = await this.embedder.embed(texts, AbortSignal.timeout(START_MS));
      this.configured = new SemanticIndex(this.embedder.version, vectors);
    } catch (error) {
      this.logger.warn({ err: error }, `${this.embedder.name} embeds nothing; the built-in embedder is used`);
    }
  }

  /** At once. */
  meaningOf(text: string): PromptMeaning {
    return { version: this.builtIn.version, vector: this.staticEmbedder.embedText(text) };
  }

  /** Undefined when the built-in embedder is all there is, or the configured one does not answer in time. */
  async findMeaning(text: string, signal: AbortSignal): Promise<PromptMeaning | undefined> {
    if (!this.configured) return undefined;
    try {
      const limits = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
      const [vector] = await this.embedder.embed([text], limits);
      return vector && { version: this.configured.version, vector };
    } catch {
      return undefined;
    }
  }

  indexOf({ version }: PromptMeaning): SemanticIndex {
    return this.configured?.version === version ? this.configured : this.builtIn;
  }
}
