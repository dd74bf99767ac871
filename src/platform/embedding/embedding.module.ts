import { Module } from '@nestjs/common';
import { EMBEDDER } from '../../llm/embedder';
import { StaticEmbedder } from './static/static-embedder';

/** Vectors of texts, for whoever compares meanings. */
@Module({
  providers: [StaticEmbedder, { provide: EMBEDDER, useExisting: StaticEmbedder }],
  exports: [StaticEmbedder, EMBEDDER],
})
export class EmbeddingModule {}
