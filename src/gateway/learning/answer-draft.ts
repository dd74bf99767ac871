import type { ChatChoice, ChatResult, FinishReason } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { ContentPart } from '../../llm/content-part';

/** Characters kept of an answer while it passes; of a longer one nothing is said. */
const MAX_CHARACTERS = 64_000;

interface CallDraft {
  readonly id: string;
  readonly name: string;
  readonly kind: 'function' | 'custom';
  readonly arguments: string[];
}

/** Puts the first choice of a streamed answer together again, as far as checks of its form need it. Lives as long as the stream. */
export class AnswerDraft {
  private readonly text: string[] = [];
  private readonly refusal: string[] = [];
  private readonly calls = new Map<number, CallDraft>();
  private finishReason: FinishReason | undefined;
  private characters = 0;

  add(event: ChatStreamEvent): void {
    if (event.type === 'start' || event.type === 'usage' || event.choice !== 0) return;
    if (this.characters > MAX_CHARACTERS) return;
    switch (event.type) {
      case 'text':
        this.keep(this.text, event.text);
        return;
      case 'refusal':
        this.keep(this.refusal, event.text);
        return;
      case 'tool-call-start': {
        const { id, name, kind } = event;
        this.calls.set(event.index, { id, name, kind, arguments: [] });
        return;
      }
      case 'tool-call-delta':
        this.keep(this.calls.get(event.index)?.arguments ?? [], event.arguments);
        return;
      case 'finish':
        this.finishReason = event.reason;
        return;
      default:
    }
  }

  /** Undefined for an answer that was too long to keep or never finished. */
  finish(): Pick<ChatResult, 'choices'> | undefined {
    if (this.characters > MAX_CHARACTERS || this.finishReason === undefined) return undefined;
    const content: ContentPart[] = [];
    if (this.text.length > 0) content.push({ type: 'text', text: this.text.join('') });
    if (this.refusal.length > 0) content.push({ type: 'refusal', text: this.refusal.join('') });
    for (const { arguments: pieces, ...call } of this.calls.values())
      content.push({ type: 'tool-call', ...call, arguments: pieces.join('') });
    const choice: ChatChoice = { index: 0, content, finishReason: this.finishReason };
    return { choices: [choice] };
  }

  private keep(pieces: string[], piece: string): void {
    this.characters += piece.length;
    if (this.characters <= MAX_CHARACTERS) pieces.push(piece);
  }
}
