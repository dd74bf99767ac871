/** What the fake vendor does with one call. Everything has a sensible default: `{}` is a plain answer. */
export interface VendorScript {
  readonly text?: string;
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly VendorToolCall[];
  readonly finishReason?: string;
  /** The model the answer names; the requested one by default. */
  readonly model?: string;
  /** How the answer says it was served; `default` when left out. */
  readonly serviceTier?: string;
  /** Replaces the counted usage, also by nonsense; null leaves it out. */
  readonly usage?: unknown;
  /** Answers with the received body as text. */
  readonly echo?: boolean;

  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Replaces the whole body. */
  readonly rawBody?: string;
  /** Repeats `rawBody` so many times. */
  readonly repeatBody?: number;
  readonly contentType?: string;

  /** Waits before the status line. */
  readonly delayMs?: number;
  /** Waits for this before the status line; in the process of the test only. */
  readonly until?: Promise<unknown>;
  readonly stallBeforeHeaders?: boolean;
  /** Waits between two events of a stream. */
  readonly eventDelayMs?: number;
  /** Falls silent after so many events, the connection stays open. */
  readonly stallAfterEvents?: number;
  /** Sends comment lines instead of events from there on, every few milliseconds. */
  readonly commentsAfterEvents?: number;
  readonly cut?: { readonly afterEvents: number; readonly how: 'clean' | 'fin' | 'reset' | 'inside-event' };
  readonly errorAfterEvents?: { readonly events: number; readonly error: unknown };
  /** Replaces the data of all events. */
  readonly rawEvents?: readonly string[];
  readonly omitDone?: boolean;
  readonly omitFinish?: boolean;
  /** Sends comments between the events. */
  readonly comments?: boolean;
  readonly lineEnd?: '\n' | '\r\n' | '\r';
  /** Cuts the bytes of a stream into pieces of these sizes, the last repeated, each in a write of its own. */
  readonly chunkBytes?: readonly number[];
}

export interface VendorToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

const MARKER = '[[fake:';

/** A script inside a prompt, `[[fake:{"status":500}]]`: the way to steer a vendor that runs in another process. */
export function scriptInPrompt(body: string): VendorScript | undefined {
  const start = body.indexOf(MARKER);
  const end = body.indexOf(']]', start);
  if (start < 0 || end < 0) return undefined;
  // The prompt is a string inside JSON, so its quotes are escaped once.
  const escaped = body.slice(start + MARKER.length, end);
  return JSON.parse(JSON.parse(`"${escaped}"`) as string) as VendorScript;
}

/** Text to put into a prompt so that the fake vendor follows the script. */
export function promptWith(script: VendorScript, prompt = ''): string {
  return `${prompt}${MARKER}${JSON.stringify(script)}]]`;
}
