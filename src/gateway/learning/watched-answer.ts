import type { ChatResult } from '../../llm/chat-result';
import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { AttemptReceipt } from '../execution/attempt-ledger';
import type { CascadeReport } from '../execution/cascade-report';
import type { ExecutionTarget } from '../execution/chat-run';
import type { StreamedAnswer } from '../execution/streamed-answer';
import { AnswerDraft } from './answer-draft';

/** A streamed answer that is looked at while it passes. One that breaks or is left says nothing. */
export class WatchedAnswer implements StreamedAnswer {
  constructor(
    private readonly answer: StreamedAnswer,
    /** Called once, when the whole answer has passed; without an argument when it was too long to be looked at. */
    private readonly onWhole: (seen: Pick<ChatResult, 'choices'> | undefined) => void,
  ) {}

  get target(): ExecutionTarget {
    return this.answer.target;
  }

  get receipt(): AttemptReceipt | undefined {
    return this.answer.receipt;
  }

  get cascade(): CascadeReport | undefined {
    return this.answer.cascade;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ChatStreamEvent> {
    const draft = new AnswerDraft();
    for await (const event of this.answer) {
      draft.add(event);
      yield event;
    }
    this.onWhole(draft.finish());
  }
}
