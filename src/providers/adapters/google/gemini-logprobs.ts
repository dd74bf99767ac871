import { isJsonObject, type JsonObject } from '../../../common/json';

interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[];
}

/** Gemini's `logprobsResult` in the form of OpenAI's `logprobs`; undefined when there is none. */
export function toLogprobs(result: unknown): JsonObject | undefined {
  if (!isJsonObject(result) || !Array.isArray(result['chosenCandidates'])) return undefined;
  const steps: unknown = result['topCandidates'];
  const content = result['chosenCandidates'].map((chosen: unknown, index) => ({
    ...toToken(chosen),
    top_logprobs: topOf(Array.isArray(steps) ? steps[index] : undefined),
  }));
  return { content, refusal: null };
}

function topOf(step: unknown): readonly TokenLogprob[] {
  const candidates = isJsonObject(step) ? step['candidates'] : undefined;
  return Array.isArray(candidates) ? candidates.map(toToken) : [];
}

function toToken(value: unknown): TokenLogprob {
  const { token, logProbability } = isJsonObject(value) ? value : {};
  const text = typeof token === 'string' ? token : '';
  // A probability of one is left out on the wire, as all zeros are.
  const logprob = typeof logProbability === 'number' ? logProbability : 0;
  return { token: text, logprob, bytes: [...Buffer.from(text)] };
}
