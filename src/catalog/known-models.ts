import type { ModelCard } from './model-card';
import { ANTHROPIC_MODELS } from './models/anthropic-models';
import { COHERE_MODELS } from './models/cohere-models';
import { DEMO_MODELS } from './models/demo-models';
import { EMBEDDING_MODELS } from './models/embedding-models';
import { GOOGLE_MODELS } from './models/google-models';
import { GROQ_MODELS } from './models/groq-models';
import { MISTRAL_MODELS } from './models/mistral-models';
import { OPENAI_MODELS } from './models/openai-models';
import { TOGETHER_MODELS } from './models/together-models';

/** The price lists of all vendors: one file and one line each, embedding models in one of their own. A bare model id means the first provider that has it. */
export const KNOWN_MODELS: readonly ModelCard[] = [
  ...OPENAI_MODELS,
  ...ANTHROPIC_MODELS,
  ...GOOGLE_MODELS,
  ...MISTRAL_MODELS,
  ...GROQ_MODELS,
  ...TOGETHER_MODELS,
  ...COHERE_MODELS,
  ...EMBEDDING_MODELS,
  ...DEMO_MODELS,
];
