import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatMessage } from '../../../llm/chat-request';
import type { ContentPart, ToolCallPart, ToolResultPart } from '../../../llm/content-part';
import type { DroppedParameters } from '../../wire/dropped-parameters';
import { toWireCallId } from './call-id';
import { toGeminiMedia } from './gemini-media';
import { LOST_SIGNATURE, signatureIn } from './gemini-signature';

type WireObject = Record<string, unknown>;

/** A conversation in Gemini's form: instructions apart, and turns of the two roles it knows. */
export interface GeminiConversation {
  readonly systemInstruction: string | undefined;
  readonly contents: readonly WireObject[];
}

export interface ConversationOptions {
  /** The model that is asked; thought signatures of another one are not for it. */
  readonly model: string;
  /** The model refuses calls without a thought signature. */
  readonly signaturesRequired: boolean;
  readonly dropped: DroppedParameters;
  /** What a message that cannot be understood at all is answered with. */
  readonly refuse: (message: string) => Error;
}

/** Maps messages; neighbours of one role become one turn, the results of calls stand first and in the order of the calls. */
export function toGeminiContents(
  messages: readonly ChatMessage[],
  options: ConversationOptions,
): GeminiConversation {
  const writer = new ConversationWriter(options);
  for (const message of messages) writer.add(message);
  return writer.finish();
}

interface Turn {
  readonly role: 'user' | 'model';
  readonly results: { readonly order: number; readonly wire: WireObject }[];
  readonly parts: WireObject[];
}

interface KnownCall {
  readonly name: string;
  readonly order: number;
}

class ConversationWriter {
  private readonly instructions: string[] = [];
  private readonly turns: Turn[] = [];
  /** OpenAI's tool messages carry no name, so the calls before them are remembered. */
  private readonly calls = new Map<string, KnownCall>();
  private callCount = 0;
  private readonly dropped: DroppedParameters;

  constructor(private readonly options: ConversationOptions) {
    this.dropped = options.dropped;
  }

  add(message: ChatMessage): void {
    this.reportMembers(message);
    if (message.role === 'system' || message.role === 'developer') this.addInstruction(message);
    else if (message.role === 'assistant') this.addAnswer(message);
    else this.addQuestion(message);
  }

  finish(): GeminiConversation {
    const contents = this.turns.map(({ role, results, parts }) => ({
      role,
      parts: [...results.toSorted((a, b) => a.order - b.order).map(({ wire }) => wire), ...parts],
    }));
    const systemInstruction = this.instructions.length > 0 ? this.instructions.join('\n\n') : undefined;
    if (contents.length > 0) return { systemInstruction, contents };
    if (systemInstruction === undefined)
      throw this.options.refuse('the messages contain nothing the provider can take');
    this.dropped.add('messages.role', 'rewritten', 'system became user: there is no other message');
    return {
      systemInstruction: undefined,
      contents: [{ role: 'user', parts: [{ text: systemInstruction }] }],
    };
  }

  private addInstruction({ content }: ChatMessage): void {
    if (this.turns.length > 0)
      this.dropped.add('messages.role', 'rewritten', 'a later system message was moved to the front');
    for (const part of content) {
      this.reportMarks(part);
      if (part.type === 'text') {
        if (part.text !== '') this.instructions.push(part.text);
      } else {
        this.dropped.drop('messages.content', `a part of type ${part.type} in a system message`);
      }
    }
  }

  private addAnswer(message: ChatMessage): void {
    const parts: WireObject[] = [];
    for (const part of message.content) {
      const wire = part.type === 'tool-call' ? this.toCall(part) : this.toPart(part);
      if (wire) parts.push(this.signed(wire, part));
    }
    this.restoreTextSignature(parts, message);
    this.markLostSignature(parts);
    if (parts.length > 0) this.turnOf('model').parts.push(...parts);
  }

  private addQuestion(message: ChatMessage): void {
    for (const part of message.content) {
      if (part.type === 'tool-result') {
        this.addResult(part, message);
        continue;
      }
      const wire = this.toPart(part);
      if (wire) this.turnOf('user').parts.push(this.signed(wire, part));
    }
  }

  private addResult(part: ToolResultPart, message: ChatMessage): void {
    this.reportMarks(part);
    const call = this.calls.get(part.toolCallId);
    const name = part.name ?? call?.name ?? message.name;
    if (name === undefined) throw this.options.refuse('a tool result answers no call of the conversation');
    const turn = this.turnOf('user');
    const texts: string[] = [];
    for (const item of part.content) {
      const wire = item.type === 'text' ? { text: item.text } : this.toPart(item);
      if (!wire) continue;
      if (typeof wire['text'] === 'string') texts.push(wire['text']);
      else this.moveOut(wire, turn);
    }
    const output = texts.join('\n');
    const response = part.isError === true ? { error: output } : { output };
    const wire = { functionResponse: { id: toWireCallId(part.toolCallId), name, response } };
    turn.results.push({ order: call?.order ?? Infinity, wire });
  }

  /** Not every model takes media inside a result, so they stand beside it in the same turn. */
  private moveOut(wire: WireObject, turn: Turn): void {
    this.dropped.add('messages.content', 'rewritten', 'media of a tool result stand beside it');
    turn.parts.push(wire);
  }

  private toCall(part: ToolCallPart): WireObject | undefined {
    if (part.kind === 'server') {
      this.dropped.drop('messages.content', 'a call another provider ran itself');
      return undefined;
    }
    this.calls.set(part.id, { name: part.name, order: this.callCount++ });
    return {
      functionCall: { id: toWireCallId(part.id), name: part.name, args: this.argumentsOf(part) },
    };
  }

  private argumentsOf(part: ToolCallPart): JsonObject {
    const value = part.kind === 'function' ? parseJson(part.arguments || '{}') : undefined;
    if (isJsonObject(value)) return value;
    this.dropped.add('messages.tool_calls.arguments', 'rewritten', 'text that is no JSON object became one');
    return { input: part.arguments };
  }

  private toPart(part: ContentPart): WireObject | undefined {
    this.reportMarks(part);
    switch (part.type) {
      case 'text':
        if (part.citations) this.dropped.drop('messages.content.citations');
        return part.text === '' && this.signatureIn(part.vendorData) === undefined
          ? undefined
          : { text: part.text };
      case 'refusal':
        this.dropped.add('messages.refusal', 'rewritten', 'became text');
        return { text: part.text };
      case 'image':
      case 'audio':
      case 'file':
        return toGeminiMedia(part, this.dropped);
      case 'reasoning':
        if (this.signatureIn(part.vendorData) !== undefined) return { text: part.text ?? '', thought: true };
        this.dropped.drop('messages.reasoning_content', 'the provider takes back signed thoughts only');
        return undefined;
      case 'native':
        if (part.dialect === 'gemini') return { ...part.value };
        this.dropped.drop('messages.content', `a part that only ${part.dialect} knows`);
        return undefined;
      case 'tool-call':
      case 'tool-result':
        this.dropped.drop('messages.content', `a part of type ${part.type} in the wrong place`);
        return undefined;
    }
  }

  /** In OpenAI's form the signature of a spoken answer stands beside its content. */
  private restoreTextSignature(parts: WireObject[], { extensions }: ChatMessage): void {
    const extra = extensions?.['extra_content'];
    const signature = isJsonObject(extra) ? this.signatureIn(extra) : undefined;
    if (signature === undefined) return;
    const text = parts.findLast((part) => 'text' in part && part['thought'] !== true);
    if (!text) parts.push({ text: '', thoughtSignature: signature });
    else text['thoughtSignature'] ??= signature;
  }

  /** Of calls made at once only the first is signed, so only there a signature can be lost. */
  private markLostSignature(parts: readonly WireObject[]): void {
    const first = parts.find((part) => 'functionCall' in part);
    if (!this.options.signaturesRequired || !first || first['thoughtSignature'] !== undefined) return;
    first['thoughtSignature'] = LOST_SIGNATURE;
    this.dropped.add(
      'messages.tool_calls.extra_content',
      'defaulted',
      'the thought signature was lost, or is of another model',
    );
  }

  private signed(wire: WireObject, part: ContentPart): WireObject {
    const signature = this.signatureIn(part.vendorData);
    if (signature !== undefined) wire['thoughtSignature'] = signature;
    return wire;
  }

  /** Gemini refuses signatures of other models, and a routed conversation wanders between models. */
  private signatureIn(data: Parameters<typeof signatureIn>[0]): string | undefined {
    const found = signatureIn(data);
    if (!found || found.model === undefined || found.model === this.options.model) return found?.signature;
    this.dropped.drop('messages.extra_content', 'a thought signature of another model');
    return undefined;
  }

  private turnOf(role: Turn['role']): Turn {
    const last = this.turns.at(-1);
    if (last?.role === role) return last;
    const turn: Turn = { role, results: [], parts: [] };
    this.turns.push(turn);
    return turn;
  }

  private reportMarks(part: ContentPart): void {
    if (part.cacheMark) this.dropped.drop('cache_control', 'the provider caches by itself');
  }

  private reportMembers(message: ChatMessage): void {
    if (message.name !== undefined && message.role !== 'tool') this.dropped.drop('messages.name');
    for (const name in message.extensions)
      if (name !== 'extra_content' || message.role !== 'assistant')
        this.dropped.drop(`messages.${name}`, 'the provider does not know it');
  }
}
