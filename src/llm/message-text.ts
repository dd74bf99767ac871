import type { ChatMessage, ChatRequest } from './chat-request';
import type { ContentPart } from './content-part';

/** All text a person or a model wrote in a message, parts joined by line breaks. */
export function textOfMessage(message: ChatMessage): string {
  const [first] = message.content;
  if (message.content.length === 1 && first?.type === 'text') return first.text;
  return textOfParts(message.content);
}

/** Text of the last user message: what is being asked now. Empty when there is none. */
export function lastUserText(request: ChatRequest): string {
  for (let i = request.messages.length - 1; i >= 0; i--) {
    const message = request.messages[i];
    if (message?.role === 'user') return textOfMessage(message);
  }
  return '';
}

function textOfParts(parts: readonly ContentPart[]): string {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'refusal') texts.push(part.text);
    else if (part.type === 'tool-result') texts.push(textOfParts(part.content));
  }
  return texts.join('\n');
}

/** True when any message carries an image. */
export function hasImage(request: ChatRequest): boolean {
  return request.messages.some((message) => message.content.some((part) => part.type === 'image'));
}
