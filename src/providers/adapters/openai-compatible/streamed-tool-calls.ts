import { isJsonObject, type JsonObject } from '../../../common/json';
import type { ChatStreamEvent } from '../../../llm/chat-stream-event';

interface OpenCall {
  readonly index: number;
  readonly id: string;
  readonly kind: 'function' | 'custom';
  /** Undefined until the vendor has named the tool; until then nothing is shown. */
  name: string | undefined;
  heldArguments: string;
  hasArguments: boolean;
}

/**
 * The tool calls of one choice, numbered by ourselves: vendors restart, skip or leave out the index.
 * A call is announced once, with id and name; a function call without arguments gets `{}`.
 */
export class StreamedToolCalls {
  private readonly calls: OpenCall[] = [];
  private readonly byVendorIndex = new Map<number, OpenCall>();

  constructor(private readonly choice: number) {}

  read(wire: JsonObject): readonly ChatStreamEvent[] {
    const custom = isJsonObject(wire['custom']) ? wire['custom'] : undefined;
    const body = custom ?? (isJsonObject(wire['function']) ? wire['function'] : {});
    const call = this.callOf(wire, custom ? 'custom' : 'function');
    const events: ChatStreamEvent[] = [];
    const name = body['name'];
    if (call.name === undefined && typeof name === 'string' && name !== '') {
      call.name = name;
      events.push({
        type: 'tool-call-start',
        choice: this.choice,
        index: call.index,
        id: call.id,
        name,
        kind: call.kind,
      });
    }
    const piece = custom ? body['input'] : body['arguments'];
    const text = call.heldArguments + (typeof piece === 'string' ? piece : '');
    call.heldArguments = call.name === undefined ? text : '';
    if (call.name !== undefined && text !== '') {
      call.hasArguments = true;
      events.push({ type: 'tool-call-delta', choice: this.choice, index: call.index, arguments: text });
    }
    return events;
  }

  /** What is still to be said when the choice ends. */
  finish(): readonly ChatStreamEvent[] {
    return this.calls
      .filter((call) => call.name !== undefined && call.kind === 'function' && !call.hasArguments)
      .map((call) => ({ type: 'tool-call-delta', choice: this.choice, index: call.index, arguments: '{}' }));
  }

  private callOf(wire: JsonObject, kind: OpenCall['kind']): OpenCall {
    const vendorIndex = typeof wire['index'] === 'number' ? wire['index'] : undefined;
    const id = typeof wire['id'] === 'string' && wire['id'] !== '' ? wire['id'] : undefined;
    const known = vendorIndex === undefined ? this.calls.at(-1) : this.byVendorIndex.get(vendorIndex);
    if (known && (id === undefined || id === known.id)) return known;
    const index = this.calls.length;
    const call: OpenCall = {
      index,
      id: id ?? `call_${this.choice}_${index}`,
      kind,
      name: undefined,
      heldArguments: '',
      hasArguments: false,
    };
    this.calls.push(call);
    if (vendorIndex !== undefined) this.byVendorIndex.set(vendorIndex, call);
    return call;
  }
}
