import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { TokenUsage } from '../../llm/token-usage';
import { estimateUsage, leastUsage } from '../../cost/arithmetic/estimated-usage';
import { expectedInputTokens, expectedTokensOfText } from '../../llm/expected-tokens';
import type { ChatRequest } from '../../llm/chat-request';

/** What a call used, as far as it is known. */
export interface FinalUsage {
  readonly usage: TokenUsage;
  readonly source: 'exact' | 'estimated';
  /** Of an estimate: what the vendor counted at least. */
  readonly leastUsage?: TokenUsage;
}

/** Counts what passes through a stream: the vendor's usage, and enough to estimate it if it never comes. */
export class StreamMeter {
  usage: TokenUsage | undefined;
  model: string | undefined;
  /** How the vendor says it served, which is how it bills. */
  serviceTier: string | undefined;
  firstTokenMs: number | undefined;
  isFinished = false;
  private textBytes = 0;
  private textTokens = 0;
  private textEvents = 0;
  private reasoningBytes = 0;
  private reasoningTokens = 0;
  private reasoningEvents = 0;

  constructor(
    private readonly request: ChatRequest,
    private readonly startedAtMs: number,
  ) {}

  /** Bytes of text, reasoning and tool arguments that have passed. */
  get deliveredBytes(): number {
    return this.textBytes + this.reasoningBytes;
  }

  add(event: ChatStreamEvent): void {
    switch (event.type) {
      case 'start':
        this.model = event.model;
        this.serviceTier = event.serviceTier ?? this.serviceTier;
        return;
      case 'usage':
        this.usage = event.usage;
        this.serviceTier = event.serviceTier ?? this.serviceTier;
        return;
      case 'finish':
        this.isFinished = true;
        return;
      case 'text':
      case 'refusal':
        this.addText(event.text);
        return;
      case 'tool-call-delta':
        this.addText(event.arguments);
        return;
      case 'tool-call-start':
        this.addText(event.name);
        return;
      case 'reasoning':
        this.addReasoning(event.text ?? '');
        return;
      case 'citation':
      case 'native':
        this.noteFirst();
    }
  }

  /** The vendor's usage, or the estimate of what was delivered. */
  finalUsage(): FinalUsage {
    if (this.usage) return { usage: this.usage, source: 'exact' };
    const delivered = {
      inputTokens: expectedInputTokens(this.request),
      textTokens: this.textTokens,
      textEvents: this.textEvents,
      reasoningTokens: this.reasoningTokens,
      reasoningEvents: this.reasoningEvents,
    };
    return { usage: estimateUsage(delivered), source: 'estimated', leastUsage: leastUsage(delivered) };
  }

  private addText(text: string): void {
    this.noteFirst();
    this.textBytes += Buffer.byteLength(text);
    this.textTokens += expectedTokensOfText(text);
    this.textEvents += 1;
  }

  private addReasoning(text: string): void {
    this.noteFirst();
    this.reasoningBytes += Buffer.byteLength(text);
    this.reasoningTokens += expectedTokensOfText(text);
    this.reasoningEvents += 1;
  }

  private noteFirst(): void {
    this.firstTokenMs ??= performance.now() - this.startedAtMs;
  }
}
