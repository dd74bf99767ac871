import type { ChatAdapter } from '../llm/chat-adapter';
import type { EmbeddingAdapter } from '../llm/embedding-adapter';

/** Whether an adapter speaks its vendor's embeddings format besides the chat. */
export function canEmbed(adapter: ChatAdapter): adapter is ChatAdapter & EmbeddingAdapter {
  return 'embed' in adapter && typeof adapter.embed === 'function';
}
