import { isJsonObject, type JsonObject } from '../../../common/json';
import type { ChatChoice, ChatResult } from '../../../llm/chat-result';
import type { AnswerContext } from '../../wire/answer-context';
import { fromOpenAiResponse } from '../openai-compatible/from-openai-response';

/** Where the proxy puts members of the vendor's message that it has no place for, a refusal among them. */
const ASIDE = 'provider_specific_fields';

/** OpenAI's answer, with what the proxy moved aside put back and its own idea of the cost. */
export function fromLiteLlmResponse(text: string, context: AnswerContext): ChatResult {
  const result = fromOpenAiResponse(text, context);
  return {
    ...result,
    choices: result.choices.map(restore),
    vendorCostNanoUsd: context.vendorCostNanoUsd,
  };
}

function restore(choice: ChatChoice): ChatChoice {
  const { [ASIDE]: aside, ...others } = choice.extensions ?? {};
  if (!isJsonObject(aside)) return choice;
  const { refusal, ...rest } = aside;
  const kept = withoutNulls(rest);
  const extensions = kept === undefined ? others : { ...others, [ASIDE]: kept };
  return {
    ...choice,
    content:
      typeof refusal === 'string' && refusal !== ''
        ? [...choice.content, { type: 'refusal', text: refusal }]
        : choice.content,
    extensions: withoutNulls(extensions),
  };
}

function withoutNulls(value: JsonObject): JsonObject | undefined {
  const told = Object.entries(value).filter(([, member]) => member !== null);
  return told.length === 0 ? undefined : Object.fromEntries(told);
}
