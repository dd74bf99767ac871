import type { ProviderCall } from '../../../llm/chat-adapter';
import type { DroppedParameter } from '../../../llm/chat-result';
import { DroppedParameters } from '../../wire/dropped-parameters';

/** Everything of a request that a demo model does not look at. */
export function demoDroppedParameters(call: ProviderCall): readonly DroppedParameter[] {
  const { request } = call;
  const { sampling, reasoning } = request;
  const dropped = new DroppedParameters();
  const unused: Readonly<Record<string, unknown>> = {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    top_k: sampling.topK,
    min_p: sampling.minP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
    logit_bias: sampling.logitBias,
    logprobs: request.logprobs,
    service_tier: request.serviceTier,
    user: request.user,
    metadata: request.metadata,
    prompt_cache_key: request.promptCacheKey,
    verbosity: request.verbosity,
    reasoning_effort: call.traits.reasoning ? undefined : reasoning?.effort,
    ...request.extensions,
  };
  for (const [name, value] of Object.entries(unused)) {
    if (value !== undefined) dropped.drop(name, 'the demo provider does not use it');
  }
  if (request.tools?.some((tool) => tool.kind === 'native'))
    dropped.drop('tools', 'only function and custom tools');
  for (const message of request.messages) {
    for (const { type } of message.content) {
      if (type === 'image' || type === 'audio' || type === 'file' || type === 'native') {
        dropped.drop('messages.content', `the demo provider cannot read ${type} parts`);
      }
    }
  }
  return dropped.list();
}
