import { isJsonObject, type JsonObject } from '../../../common/json';

/** OpenAI's logprobs object from what a server sends; the parallel lists of older servers (Together) are zipped. */
export function toLogprobs(value: unknown): JsonObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const { tokens, token_logprobs: logprobs } = value;
  if (!Array.isArray(tokens) || !Array.isArray(logprobs)) return value;
  const content = tokens.map((token: unknown, index) => {
    const logprob: unknown = logprobs[index];
    return {
      token: typeof token === 'string' ? token : '',
      logprob: typeof logprob === 'number' ? logprob : 0,
      bytes: null,
      top_logprobs: [],
    };
  });
  return { content };
}
