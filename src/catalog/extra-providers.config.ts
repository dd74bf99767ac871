import { Setting } from '../platform/config/setting';
import { extraProviders, modelsOf, type ExtraProvider } from './extra-providers';
import type { ModelCard } from './model-card';

/** Servers and models that are known by configuration alone. */
export class ExtraProvidersConfig {
  static readonly section = 'Further OpenAI-compatible servers';

  @Setting({
    env: 'EXTRA_PROVIDERS',
    type: extraProviders(),
    default: [],
    secret: true,
    describe:
      'Further OpenAI-compatible servers (vLLM, Ollama …), by name. Prices are in USD per million tokens and required; capabilities name what a model cannot do (all but reasoning, vision, audio and files are on unless set to false). An embedding model says "kind": "embedding" and "embedding": {"dimensions": …}, to which max_inputs, shortens and token_ids may be added. Several keys of one server: "api_keys": [{"key": …, "weight": 2}, …], as for vendors.',
    example:
      '{"my-vllm": {"base_url": "http://127.0.0.1:8001/v1", "models": [{"id": "qwen3-32b", "context": 131072, "max_output": 32768, "price": {"input": 0, "output": 0}, "capabilities": {"vision": false}}]}}',
  })
  readonly providers: readonly ExtraProvider[];

  @Setting({
    env: 'LITELLM_MODELS',
    type: modelsOf('litellm'),
    default: [],
    describe:
      'The models of the LiteLLM proxy that may be called, each as in EXTRA_PROVIDERS: a proxy has no fixed list, and a model without a price cannot be budgeted. The id is its model_name in the configuration of the proxy.',
    example:
      '[{"id": "team-gpt", "context": 128000, "max_output": 16384, "price": {"input": 2.5, "output": 10}}]',
  })
  readonly litellmModels: readonly ModelCard[];
}
