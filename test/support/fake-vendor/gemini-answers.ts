import type { GeminiAnswer } from '../gemini-wire';
import { countedUsage, wordsOf, type AnswerInput } from './vendor-answer';
import type { VendorDialect } from './vendor-dialect';

type Part = NonNullable<
  NonNullable<NonNullable<GeminiAnswer['candidates']>[number]['content']>['parts']
>[number];

const STREAM_METHOD = ':streamGenerateContent';
const PATH = /\/models\/([^/:]+):(?:generateContent|streamGenerateContent)/;
/** What the fake model signs its first call with, and wants back. */
export const FAKE_SIGNATURE = 'ZmFrZS1zaWduYXR1cmU=';

/** The fake vendor as Google: method and model in the path, no `[DONE]`, cumulative usage in every event. */
export const GEMINI_DIALECT: VendorDialect = {
  matches: (path) => PATH.test(path),
  isStreamed: ({ path }) => path.includes(STREAM_METHOD),
  modelOf: ({ path }) => decodeURIComponent(PATH.exec(path)?.[1] ?? 'unknown'),
  choicesOf: ({ body }) => {
    const config = body['generationConfig'] as { readonly candidateCount?: number } | undefined;
    return config?.candidateCount ?? 1;
  },
  whole: (input) => JSON.stringify(wholeAnswer(input)),
  events: (input) => input.script.rawEvents ?? streamedAnswers(input).map((event) => JSON.stringify(event)),
  failure: (status) =>
    JSON.stringify({ error: { code: status, message: 'fake failure', status: 'UNKNOWN', details: [] } }),
};

function wholeAnswer(input: AnswerInput): GeminiAnswer {
  const parts = [...thoughtsOf(input), ...saidBy(input), ...callsOf(input)];
  const candidates = Array.from({ length: input.choices }, (_unused, index) => ({
    ...(index > 0 && { index }),
    content: { role: 'model', parts },
    finishReason: finishOf(input),
  }));
  return { ...head(input), candidates, ...usageMember(input, countedUsage(input).completion_tokens) };
}

/** Thoughts and text word by word, calls each in an event of its own, and STOP after calls too. */
function streamedAnswers(input: AnswerInput): readonly GeminiAnswer[] {
  const parts = [
    ...thoughtsOf(input).flatMap(piecesOf),
    ...saidBy(input).flatMap(piecesOf),
    ...callsOf(input),
  ];
  const events: GeminiAnswer[] = parts.map((part, number) => ({
    ...head(input),
    candidates: everyChoice(input, { content: { role: 'model', parts: [part] } }),
    ...usageMember(input, number + 1),
  }));
  if (input.script.omitFinish === true) return events;
  const last = { content: { role: 'model', parts: [{ text: '' }] }, finishReason: finishOf(input) };
  const ending = usageMember(input, countedUsage(input).completion_tokens);
  return [...events, { ...head(input), candidates: everyChoice(input, last), ...ending }];
}

function everyChoice<Candidate extends object>(
  { choices }: AnswerInput,
  candidate: Candidate,
): readonly (Candidate & { readonly index?: number })[] {
  return Array.from({ length: choices }, (_unused, index) => ({ ...candidate, ...(index > 0 && { index }) }));
}

function head(input: AnswerInput): GeminiAnswer {
  return {
    responseId: `fake-response-${input.number}`,
    modelVersion: input.script.model ?? input.requestedModel,
  };
}

function usageMember(input: AnswerInput, candidatesTokenCount: number): Pick<GeminiAnswer, 'usageMetadata'> {
  const { usage } = input.script;
  if (usage === null) return {};
  if (usage !== undefined) return { usageMetadata: usage };
  const promptTokenCount = countedUsage(input).prompt_tokens;
  const totalTokenCount = promptTokenCount + candidatesTokenCount;
  return { usageMetadata: { promptTokenCount, candidatesTokenCount, totalTokenCount } };
}

function thoughtsOf({ script }: AnswerInput): readonly Part[] {
  return script.reasoning === undefined ? [] : [{ text: script.reasoning, thought: true }];
}

function saidBy({ script, requestBody }: AnswerInput): readonly Part[] {
  if (script.toolCalls && script.text === undefined) return [];
  const text = script.echo === true ? requestBody : script.text;
  return [{ text: text ?? 'The quick brown fox jumps over the lazy dog.' }];
}

function callsOf({ script }: AnswerInput): readonly Part[] {
  return (script.toolCalls ?? []).map((call, number) => ({
    functionCall: {
      ...(call.id !== '' && { id: call.id }),
      name: call.name,
      args: JSON.parse(call.arguments || '{}') as Record<string, unknown>,
    },
    ...(number === 0 && { thoughtSignature: FAKE_SIGNATURE }),
  }));
}

function piecesOf(part: Part): readonly Part[] {
  return wordsOf(part.text ?? '').map((text) => ({ ...part, text }));
}

function finishOf({ script }: AnswerInput): 'STOP' {
  // A script may name any word at all; Google's own are typed.
  return (script.finishReason ?? 'STOP') as 'STOP';
}
