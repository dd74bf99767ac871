import type { ChatStreamEvent } from '../../llm/chat-stream-event';
import type { AttemptReceipt } from './attempt-ledger';
import type { CascadeReport } from './cascade-report';
import type { ExecutionTarget } from './chat-run';

/** An answer on its way to a client that reads it piece by piece. Iterated once. */
export interface StreamedAnswer extends AsyncIterable<ChatStreamEvent> {
  readonly target: ExecutionTarget;
  /** What was booked for it; there when the iteration is over. */
  readonly receipt: AttemptReceipt | undefined;
  /** How the cascade went that led to it. */
  readonly cascade?: CascadeReport | undefined;
}
