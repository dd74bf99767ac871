import type { Embedder } from '../../llm/embedder';
import { ConfigProblems } from '../config/load-config';
import type { EmbeddingConfig } from './embedding.config';
import { OnnxEmbedder } from './onnx/onnx-embedder';
import { findOnnxModel } from './onnx/onnx-model';
import type { StaticEmbedder } from './static/static-embedder';

const START_MS = 60_000;
const STUCK_MS = 10_000;

/** The embedder of the settings; rejects with ConfigProblems when it cannot be used. */
export async function createEmbedder(config: EmbeddingConfig, builtIn: StaticEmbedder): Promise<Embedder> {
  if (config.kind !== 'onnx') return builtIn;
  const { path, maxTokens } = config;
  if (path === undefined) throw new ConfigProblems(['ROUTER_EMBEDDER: onnx needs ROUTER_EMBEDDER_PATH']);
  try {
    const model = findOnnxModel(path, maxTokens);
    return await OnnxEmbedder.open(model, { startMs: START_MS, stuckMs: STUCK_MS });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigProblems([`ROUTER_EMBEDDER_PATH: cannot load the sentence transformer: ${reason}`]);
  }
}
