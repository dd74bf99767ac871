import type { ProviderCall } from '../../../llm/chat-adapter';
import type { DroppedParameters } from '../../wire/dropped-parameters';
import type { CacheMarks } from './cache-marks';
import type { ToolCallIds } from './tool-call-ids';

export type WireObject = Record<string, unknown>;

/** What the steps of mapping one request share. */
export interface MappingContext {
  readonly call: ProviderCall;
  readonly dropped: DroppedParameters;
  readonly marks: CacheMarks;
  readonly ids: ToolCallIds;
}

/** The client speaks Anthropic's own dialect, so its native parts can be passed on as they are. */
export function isSameDialect({ call }: MappingContext): boolean {
  return call.request.dialect === 'anthropic-messages';
}
