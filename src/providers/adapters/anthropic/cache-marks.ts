import type { CacheMark } from '../../../llm/content-part';
import type { DroppedParameters } from '../../wire/dropped-parameters';

type WireObject = Record<string, unknown>;

/** Anthropic answers 400 to more. */
const MOST_MARKS = 4;

/**
 * The places of a request up to which it may be cached. Set them in the order of the prompt: tools,
 * system, messages.
 */
export class CacheMarks {
  private readonly marked: { readonly block: WireObject; readonly ttl: CacheMark['ttl'] }[] = [];

  set(block: WireObject, mark: CacheMark | undefined): void {
    if (!mark) return;
    this.marked.push({ block, ttl: mark.ttl });
    block['cache_control'] = toWire(mark.ttl);
  }

  /**
   * Leaves the marks that Anthropic takes. With too many, the first (which serves every conversation)
   * and the last (which serve this one) are worth most; a long-lived mark cannot follow a short-lived one.
   */
  settle(dropped: DroppedParameters, options: { readonly alreadyTaken: number }): void {
    const most = MOST_MARKS - options.alreadyTaken;
    const surplus = this.marked.length - most;
    if (surplus > 0) {
      for (const { block } of this.marked.splice(1, surplus)) delete block['cache_control'];
      dropped.add('cache_control', 'clamped', `to ${most} marks`);
    }
    let isShort = false;
    for (const { block, ttl } of this.marked) {
      if (ttl === '1h' && isShort) dropped.add('cache_control', 'rewritten', '1h after 5m became 5m');
      isShort ||= ttl === '5m';
      block['cache_control'] = toWire(isShort ? '5m' : '1h');
    }
  }
}

/** Five minutes is what Anthropic assumes. */
function toWire(ttl: CacheMark['ttl']): WireObject {
  return ttl === '5m' ? { type: 'ephemeral' } : { type: 'ephemeral', ttl };
}
