import type { VendorScript } from './vendor-script';

/** Tokens as the fake vendor counts and bills them. */
export interface VendorUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

export interface AnswerInput {
  readonly script: VendorScript;
  readonly requestBody: string;
  readonly requestedModel: string;
  readonly number: number;
  readonly choices: number;
}

const CREATED = 1_763_000_000;

function textOf({ script, requestBody }: AnswerInput): string {
  return script.echo === true ? requestBody : (script.text ?? 'The quick brown fox jumps over the lazy dog.');
}

/** The words of a text with the white space before them: one streamed event each. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

export function countedUsage(input: AnswerInput): VendorUsage {
  const prompt = Math.max(1, Math.ceil(input.requestBody.length / 4));
  const completion = Math.max(1, wordsOf(textOf(input)).length) * input.choices;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function usageOf(input: AnswerInput): unknown {
  return input.script.usage === undefined ? countedUsage(input) : input.script.usage;
}

function head(input: AnswerInput): Record<string, unknown> {
  return {
    id: `chatcmpl-fake-${input.number}`,
    created: CREATED,
    model: input.script.model ?? input.requestedModel,
    service_tier: input.script.serviceTier ?? 'default',
    system_fingerprint: 'fp_fake',
  };
}

function finishReason({ script }: AnswerInput): string {
  return script.finishReason ?? (script.toolCalls ? 'tool_calls' : 'stop');
}

/** The body of an answer that is not streamed. */
export function wholeAnswer(input: AnswerInput): string {
  const { script } = input;
  const usage = usageOf(input);
  const message = {
    role: 'assistant',
    content: script.toolCalls && script.text === undefined ? null : textOf(input),
    refusal: script.refusal ?? null,
    ...(script.reasoning !== undefined && { reasoning_content: script.reasoning }),
    ...(script.toolCalls && { tool_calls: script.toolCalls.map(wireToolCall) }),
  };
  const choices = Array.from({ length: input.choices }, (_unused, index) => ({
    index,
    message,
    logprobs: null,
    finish_reason: finishReason(input),
  }));
  return JSON.stringify({
    ...head(input),
    object: 'chat.completion',
    choices,
    ...(usage !== null && { usage }),
  });
}

function wireToolCall(call: { id: string; name: string; arguments: string }): object {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
}

/** The data of each event of a streamed answer, `[DONE]` included. */
export function streamedAnswer(input: AnswerInput): readonly string[] {
  const { script } = input;
  if (script.rawEvents) return script.rawEvents;
  const chunk = (choices: unknown, usage: unknown): string =>
    JSON.stringify({ ...head(input), object: 'chat.completion.chunk', choices, usage, obfuscation: 'x7' });
  const delta = (index: number, value: unknown, finish: string | null = null): string =>
    chunk([{ index, delta: value, logprobs: null, finish_reason: finish }], null);
  const events: string[] = [];
  for (let index = 0; index < input.choices; index++) {
    events.push(delta(index, { role: 'assistant', content: '', refusal: null }));
    for (const value of deltasOf(input)) events.push(delta(index, value));
    if (script.omitFinish !== true) events.push(delta(index, {}, finishReason(input)));
  }
  const usage = usageOf(input);
  if (usage !== null) events.push(chunk([], usage));
  if (script.omitDone !== true) events.push('[DONE]');
  return events;
}

function deltasOf(input: AnswerInput): readonly object[] {
  const { script } = input;
  const content = script.toolCalls && script.text === undefined ? [] : wordsOf(textOf(input));
  return [
    ...wordsOf(script.reasoning ?? '').map((word) => ({ reasoning_content: word })),
    ...content.map((word) => ({ content: word })),
    ...wordsOf(script.refusal ?? '').map((word) => ({ refusal: word })),
    ...(script.toolCalls ?? []).flatMap((call, index) => toolDeltas(call, index)),
  ];
}

function toolDeltas(call: { id: string; name: string; arguments: string }, index: number): readonly object[] {
  const start = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
  const pieces = call.arguments.match(/.{1,7}/gs) ?? [];
  return [start, ...pieces.map((piece) => ({ index, function: { arguments: piece } }))].map((one) => ({
    tool_calls: [one],
  }));
}
