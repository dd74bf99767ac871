import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../../common/json';
import type { DroppedParameters } from '../../wire/dropped-parameters';

const OWN_TOOL_ID = /^[A-Za-z0-9]{9}$/;
const TOOL_ID_LENGTH = 9;

/**
 * Mistral's rules for a conversation: no nulls, tool ids of nine letters and digits, after a tool
 * result the assistant, and an assistant's last word only as the beginning of the answer.
 */
export function adaptMistralBody(body: Record<string, unknown>, dropped: DroppedParameters): void {
  const { messages } = body;
  if (!Array.isArray(messages)) return;
  const adapted = messages.filter(isJsonObject).map(adaptMessage);
  body['messages'] = withAssistantAfterTools(adapted, dropped).map((message, index, all) =>
    index === all.length - 1 && message['role'] === 'assistant' ? { ...message, prefix: true } : message,
  );
}

function adaptMessage(message: JsonObject): JsonObject {
  const { role, content, tool_calls: calls, tool_call_id: callId } = message;
  if (role === 'tool') return { ...message, tool_call_id: toMistralId(callId) };
  if (role !== 'assistant') return message;
  return {
    ...message,
    content: content ?? '',
    ...(Array.isArray(calls) && { tool_calls: calls.filter(isJsonObject).map(adaptCall) }),
  };
}

function adaptCall(call: JsonObject): JsonObject {
  return { ...call, id: toMistralId(call['id']) };
}

/** The same id always becomes the same, so that call and result still belong together. */
function toMistralId(id: unknown): unknown {
  if (typeof id !== 'string' || OWN_TOOL_ID.test(id)) return id;
  const letters = createHash('sha256').update(id).digest('base64url').replace(/[-_]/g, '');
  return letters.slice(0, TOOL_ID_LENGTH).padEnd(TOOL_ID_LENGTH, '0');
}

/** Anything but the assistant after a tool result is answered with 400. */
function withAssistantAfterTools(
  messages: readonly JsonObject[],
  dropped: DroppedParameters,
): readonly JsonObject[] {
  return messages.flatMap((message, index) => {
    const isAfterTool = messages[index - 1]?.['role'] === 'tool';
    if (!isAfterTool || message['role'] === 'tool' || message['role'] === 'assistant') return [message];
    dropped.add('messages', 'rewritten', 'an assistant turn was put after a tool result');
    return [{ role: 'assistant', content: 'OK' }, message];
  });
}
