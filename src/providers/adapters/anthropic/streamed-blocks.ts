import { isJsonObject, parseJson, type JsonObject } from '../../../common/json';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';
import { isReasonablyDeep } from '../../wire/json-depth';
import type { AnthropicAnswerContext } from './answer-context';
import { carrying, toArguments, toCitation, toVendorData } from './from-anthropic-blocks';
import { ANTHROPIC_VENDOR_DATA } from './vendor-data';

/** More blocks at once than any answer has. */
const MAX_OPEN_BLOCKS = 256;

interface OpenBlock {
  readonly start: JsonObject;
  readonly kind: 'text' | 'thinking' | 'redacted' | 'call' | 'answer' | 'native';
  /** Our running number of the call; the vendor's index counts blocks of every kind. */
  readonly callIndex: number;
  hasPieces: boolean;
  signature: string;
  /** The pieces of a thought that a later call has to carry, or of the input of a vendor's own tool. */
  text: string;
}

const KIND_OF_TYPE: Readonly<Record<string, OpenBlock['kind']>> = {
  text: 'text',
  thinking: 'thinking',
  redacted_thinking: 'redacted',
  tool_use: 'call',
};

/** The content blocks of one streamed message as events, in the order in which they come. */
export class StreamedBlocks {
  private readonly open = new Map<number, OpenBlock>();
  private calls = 0;
  private thinking: JsonObject[] = [];

  constructor(private readonly context: AnthropicAnswerContext) {}

  get hasToolCalls(): boolean {
    return this.calls > 0;
  }

  get isThinking(): boolean {
    for (const { kind } of this.open.values()) if (kind === 'thinking') return true;
    return false;
  }

  get isFull(): boolean {
    return this.open.size >= MAX_OPEN_BLOCKS;
  }

  start(index: number, start: JsonObject, out: ChatStreamEvent[]): void {
    this.stop(index, out);
    const type = start['type'];
    const known =
      typeof type === 'string' && Object.hasOwn(KIND_OF_TYPE, type) ? KIND_OF_TYPE[type] : undefined;
    const isAnswer =
      known === 'call' && this.context.jsonTool !== undefined && start['name'] === this.context.jsonTool;
    const kind = isAnswer ? 'answer' : (known ?? 'native');
    const callIndex = kind === 'call' ? this.calls++ : -1;
    const block: OpenBlock = {
      start,
      kind,
      callIndex,
      hasPieces: false,
      signature: textOf(start['signature']),
      text: '',
    };
    this.open.set(index, block);
    if (kind === 'call') this.announce(block, out);
    else if (kind === 'text') this.text(block, textOf(start['text']), out);
    else if (kind === 'thinking') this.thought(block, textOf(start['thinking']), out);
  }

  delta(index: number, delta: JsonObject, out: ChatStreamEvent[]): void {
    const block = this.open.get(index);
    if (!block) return;
    switch (delta['type']) {
      case 'text_delta':
        this.text(block, textOf(delta['text']), out);
        break;
      case 'input_json_delta':
        this.input(block, textOf(delta['partial_json']), out);
        break;
      case 'thinking_delta':
        this.thought(block, textOf(delta['thinking']), out);
        break;
      case 'signature_delta':
        block.signature = textOf(delta['signature']) || block.signature;
        break;
      case 'citations_delta':
        if (isJsonObject(delta['citation']))
          out.push({ type: 'citation', choice: 0, citation: toCitation(delta['citation']) });
    }
  }

  stop(index: number, out: ChatStreamEvent[]): void {
    const block = this.open.get(index);
    if (!block) return;
    this.open.delete(index);
    if (block.kind === 'thinking') this.sign(block, out);
    else if (block.kind === 'redacted') this.redacted(block, out);
    else if (block.kind === 'native') this.native(block, out);
    else if (!block.hasPieces) this.wholeInput(block, out);
  }

  /** Blocks that the vendor never closed. */
  stopAll(out: ChatStreamEvent[]): void {
    for (const index of [...this.open.keys()]) this.stop(index, out);
  }

  private announce(block: OpenBlock, out: ChatStreamEvent[]): void {
    const data = toVendorData(block.start);
    const carried = this.context.dialect === 'anthropic-messages' ? [] : this.thinking.splice(0);
    const vendorData =
      carried.length > 0 ? carrying(data, carried) : data && { [ANTHROPIC_VENDOR_DATA]: data };
    out.push({
      type: 'tool-call-start',
      choice: 0,
      index: block.callIndex,
      id: textOf(block.start['id']) || `call_${block.callIndex}`,
      name: textOf(block.start['name']),
      kind: 'function',
      ...(vendorData && { vendorData }),
    });
  }

  private text(block: OpenBlock, text: string, out: ChatStreamEvent[]): void {
    if (text !== '' && block.kind === 'text') out.push({ type: 'text', choice: 0, text });
  }

  private thought(block: OpenBlock, text: string, out: ChatStreamEvent[]): void {
    if (text === '' || block.kind !== 'thinking') return;
    block.text += text;
    out.push({ type: 'reasoning', choice: 0, text });
  }

  private input(block: OpenBlock, piece: string, out: ChatStreamEvent[]): void {
    if (piece === '') return;
    if (block.kind === 'native') block.text += piece;
    else this.piece(block, piece, out);
  }

  private piece(block: OpenBlock, piece: string, out: ChatStreamEvent[]): void {
    block.hasPieces = true;
    if (block.kind === 'answer') out.push({ type: 'text', choice: 0, text: piece });
    else if (block.kind === 'call')
      out.push({ type: 'tool-call-delta', choice: 0, index: block.callIndex, arguments: piece });
  }

  /** A call whose input came with its start, or that has none. */
  private wholeInput(block: OpenBlock, out: ChatStreamEvent[]): void {
    if (block.kind === 'call' || block.kind === 'answer')
      this.piece(block, toArguments(block.start['input']), out);
  }

  private sign({ signature, text }: OpenBlock, out: ChatStreamEvent[]): void {
    if (signature === '') return;
    this.thinking.push({ type: 'thinking', thinking: text, signature });
    out.push({ type: 'reasoning', choice: 0, signature });
  }

  private redacted({ start }: OpenBlock, out: ChatStreamEvent[]): void {
    const data = textOf(start['data']);
    if (data === '') return;
    this.thinking.push({ type: 'redacted_thinking', data });
    out.push({ type: 'reasoning', choice: 0, encrypted: data });
  }

  /** A block that only Anthropic's own clients know, whole: its input has come in pieces. */
  private native({ start, text }: OpenBlock, out: ChatStreamEvent[]): void {
    if (this.context.dialect !== 'anthropic-messages') return;
    const input = text === '' ? undefined : parseJson(text);
    const block = input === undefined ? start : { ...start, input };
    if (isReasonablyDeep(block)) out.push({ type: 'native', choice: 0, value: { content_block: block } });
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
