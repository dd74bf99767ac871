import type { VendorWire, WireAnswer } from './vendor-wire';
import { sse } from './vendor-wire';

const MODEL = 'gemini-2.5-flash';

interface Counts {
  readonly prompt: number;
  readonly candidates: number;
  readonly thoughts?: number;
  readonly cached?: number;
}

/** Thoughts are beside the candidates, cached tokens inside the prompt; every event repeats the counts. */
const usageOf = ({ prompt, candidates, thoughts = 0, cached }: Counts): object => ({
  promptTokenCount: prompt,
  candidatesTokenCount: candidates,
  totalTokenCount: prompt + candidates + thoughts,
  ...(thoughts > 0 && { thoughtsTokenCount: thoughts }),
  ...(cached !== undefined && { cachedContentTokenCount: cached }),
});

function answer(parts: readonly object[], finish: string, counts: Counts | undefined): WireAnswer {
  const head = { modelVersion: MODEL, responseId: 'resp-1' };
  const usage = counts && { usageMetadata: usageOf(counts) };
  const event = (piece: readonly object[], more: object = {}): object => ({
    candidates: [{ content: { role: 'model', parts: piece }, index: 0, ...more }],
    ...usage,
    ...head,
  });
  return {
    whole: event(parts, { finishReason: finish }),
    stream: sse([...parts.map((part) => event([part])), event([{ text: '' }], { finishReason: finish })]),
    native: finish,
    ...(counts && { billedTotal: counts.prompt + counts.candidates + (counts.thoughts ?? 0) }),
  };
}

function say(text: string, finish: string, counts: Counts | undefined): WireAnswer {
  const words = text.match(/\S+\s*/g) ?? [];
  return answer(
    words.map((word) => ({ text: word })),
    finish,
    counts,
  );
}

const weather = (city: string): object => ({ functionCall: { name: 'weather', args: { city } } });
const failure = (code: number, status: string, details: readonly object[] = []): string =>
  JSON.stringify({ error: { code, message: 'Some words.', status, details } });
const reasonInfo = (reason: string): object => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
});

export const GOOGLE_WIRE: VendorWire = {
  vendor: 'google',
  model: MODEL,
  keyHeader: ['x-goog-api-key', 'k-1'],
  answers: {
    text: say('Grüße aus Tromsø 🌍!', 'STOP', { prompt: 12, candidates: 7 }),
    'tool call': answer([weather('Oslo')], 'STOP', { prompt: 40, candidates: 9 }),
    'parallel tool calls': answer([weather('Oslo'), weather('Bergen')], 'STOP', {
      prompt: 40,
      candidates: 18,
    }),
    'tool call without arguments': answer([{ functionCall: { name: 'clock' } }], 'STOP', {
      prompt: 40,
      candidates: 6,
    }),
    reasoning: answer([{ text: 'Let me think.', thought: true }, { text: 'Yes.' }], 'STOP', {
      prompt: 12,
      candidates: 3,
      thoughts: 20,
    }),
    'output limit': say('Once', 'MAX_TOKENS', { prompt: 12, candidates: 1 }),
    'stop sequence': say('Once', 'STOP', { prompt: 12, candidates: 1 }),
    'content filter': say('', 'SAFETY', { prompt: 12, candidates: 1 }),
    'cached prompt': say('Once', 'STOP', { prompt: 150, candidates: 1, cached: 128 }),
    'no usage': say('Once', 'STOP', undefined),
  },
  failures: {
    'bad request': { status: 400, body: failure(400, 'INVALID_ARGUMENT'), kind: 'bad_request' },
    'wrong key': {
      status: 400,
      body: failure(400, 'INVALID_ARGUMENT', [reasonInfo('API_KEY_INVALID')]),
      kind: 'authentication',
    },
    'unknown model': { status: 404, body: failure(404, 'NOT_FOUND'), kind: 'not_found' },
    'rate limit': {
      status: 429,
      body: failure(429, 'RESOURCE_EXHAUSTED', [
        { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' },
      ]),
      kind: 'rate_limit',
      retryAfterMs: 34_400,
    },
    overload: { status: 503, body: failure(503, 'UNAVAILABLE'), kind: 'overloaded' },
    'server error': { status: 500, body: failure(500, 'INTERNAL'), kind: 'server' },
  },
  errorInStream: sse([
    { candidates: [{ content: { role: 'model', parts: [{ text: 'Once' }] }, index: 0 }] },
    { error: { code: 503, message: 'Some words.', status: 'UNAVAILABLE' } },
  ]),
};
