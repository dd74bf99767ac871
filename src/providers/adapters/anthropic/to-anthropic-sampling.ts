import type { MappingContext, WireObject } from './mapping-context';
import type { AnthropicThinking } from './to-anthropic-thinking';

const FIXED = 'the model samples in its own way';
/** A model that thinks by budget still takes a `top_p` from here on. */
const LEAST_TOP_P_WHILE_THINKING = 0.95;
/** What a model that fixes its sampling does anyway. */
const LEAST_TOP_P = 0.99;

/** Temperature and its kin, as far as the model takes them, and where to stop. */
export function addSampling(
  body: WireObject,
  context: MappingContext,
  { thinking }: AnthropicThinking,
): void {
  const { call, dropped } = context;
  const { sampling, logprobs } = call.request;
  const unknown: Readonly<Record<string, unknown>> = {
    min_p: sampling.minP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    seed: sampling.seed,
    logit_bias: sampling.logitBias,
    logprobs,
  };
  for (const name in unknown) {
    if (unknown[name] !== undefined) dropped.drop(name, 'the provider does not know it');
  }
  if (isFixed(context)) reportFixed(context);
  else if (thinking && thinking['type'] !== 'disabled') addWhileThinking(body, context);
  else addFree(body, context);
  addStop(body, context);
}

function isFixed({ call }: MappingContext): boolean {
  const { reasoning, reasoningControl, freeSampling = reasoningControl === 'budget' } = call.traits;
  return reasoning && !freeSampling;
}

/** Anything but the model's own values is answered with 400, so none is sent. */
function reportFixed({ call, dropped }: MappingContext): void {
  const { temperature, topP, topK } = call.request.sampling;
  if (temperature !== undefined && temperature !== 1) dropped.drop('temperature', FIXED);
  if (topP !== undefined && topP < LEAST_TOP_P) dropped.drop('top_p', FIXED);
  if (topK !== undefined) dropped.drop('top_k', FIXED);
}

function addWhileThinking(body: WireObject, { call, dropped }: MappingContext): void {
  const { temperature, topP, topK } = call.request.sampling;
  if (temperature !== undefined && temperature !== 1)
    dropped.drop('temperature', 'not while the model thinks');
  if (topP !== undefined && topP >= LEAST_TOP_P_WHILE_THINKING) body['top_p'] = Math.min(topP, 1);
  else if (topP !== undefined) dropped.drop('top_p', 'not while the model thinks');
  if (topK !== undefined) dropped.drop('top_k', 'not while the model thinks');
}

/** Newer models take a temperature or a `top_p`, not both. */
function addFree(body: WireObject, { call, dropped }: MappingContext): void {
  const { temperature, topP, topK } = call.request.sampling;
  if (temperature !== undefined) {
    const clamped = Math.min(Math.max(temperature, 0), 1);
    if (clamped !== temperature) dropped.add('temperature', 'clamped', `to ${clamped}`);
    body['temperature'] = clamped;
  }
  if (topP !== undefined) {
    if (temperature === undefined) body['top_p'] = topP;
    else if (topP < 1) dropped.drop('top_p', 'the provider takes either it or a temperature');
  }
  if (topK !== undefined) {
    // Minus one and zero mean "no limit" to the servers that know them, and are refused here.
    if (topK > 0) body['top_k'] = topK;
    else dropped.drop('top_k', 'no limit is what the provider does without it');
  }
}

function addStop(body: WireObject, { call, dropped }: MappingContext): void {
  const { stop = [] } = call.request;
  const visible = stop.filter((sequence) => /\S/.test(sequence));
  if (visible.length < stop.length) dropped.add('stop', 'clamped', 'to those that are not white space');
  if (visible.length > 0) body['stop_sequences'] = visible;
}
