import { Module } from '@nestjs/common';
import { EMBEDDER } from '../../llm/embedder';
import { createEmbedder } from './create-embedder';
import { EmbeddingConfig } from './embedding.config';
import { StaticEmbedder } from './static/static-embedder';

/** Vectors of texts, for whoever compares meanings. EmbeddingConfig comes from the global configuration module. */
@Module({
  providers: [
    StaticEmbedder,
    { provide: EMBEDDER, inject: [EmbeddingConfig, StaticEmbedder], useFactory: createEmbedder },
  ],
  exports: [StaticEmbedder, EMBEDDER],
})
export class EmbeddingModule {}
