/** One streamed answer as a client sees it, in order. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed data of every event but `[DONE]`. */
  readonly chunks: readonly StreamChunk[];
  readonly done: boolean;
  /** Comment lines: keep-alives. */
  readonly comments: number;
  /** Everything as it came. */
  readonly text: string;
}

export interface StreamChunk {
  readonly id?: string;
  readonly object?: string;
  readonly model?: string;
  readonly choices?: readonly {
    readonly index: number;
    readonly delta: Record<string, unknown> & { readonly content?: string };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Record<string, unknown> | null;
  readonly router_metadata?: Record<string, unknown>;
  readonly error?: {
    readonly code: string;
    readonly type: string;
    readonly message: string;
    readonly request_id: string;
  };
}

/** Reads a stream of server-sent events to its end. A connection that breaks ends it too. */
export async function readStream(response: Response): Promise<StreamedAnswer> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const part of response.body ?? [])
      text += decoder.decode(part as Uint8Array, { stream: true });
  } catch {
    // What came until then is what counts.
  }
  const lines = text.split('\n');
  const data = lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice('data: '.length));
  return {
    status: response.status,
    headers: response.headers,
    chunks: data.filter((item) => item !== '[DONE]').map((item) => JSON.parse(item) as StreamChunk),
    done: data.at(-1) === '[DONE]',
    comments: lines.filter((line) => line.startsWith(':')).length,
    text,
  };
}

/** The text of one choice. */
export function contentOf(answer: StreamedAnswer, choice = 0): string {
  return answer.chunks
    .flatMap((chunk) => chunk.choices ?? [])
    .map((piece) => (piece.index === choice ? (piece.delta.content ?? '') : ''))
    .join('');
}
