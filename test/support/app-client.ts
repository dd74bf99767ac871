import { readStream, type StreamedAnswer } from './sse-reader';

export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
  readonly request_id: string | null;
  readonly reasons?: readonly string[];
  readonly details?: Record<string, unknown>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
  /** The error of a refused request; throws when there is none. */
  readonly error: ErrorBody;
}

export interface ChatAnswer extends Answer {
  readonly body: Record<string, unknown> & {
    readonly choices: readonly {
      readonly index: number;
      readonly message: Record<string, unknown> & { readonly content: string | null };
      readonly finish_reason: string;
    }[];
    readonly usage: {
      readonly prompt_tokens: number;
      readonly completion_tokens: number;
      readonly total_tokens: number;
    };
    readonly router_metadata: RouterMetadata;
  };
}

export interface RouterMetadata extends Record<string, unknown> {
  readonly selected_provider: string;
  readonly selected_model: string;
  readonly actual_cost: number;
  readonly actual_cost_nano_usd: string;
  readonly attempts: number;
  readonly decision_id: string;
  readonly dropped_parameters: readonly {
    readonly name: string;
    readonly action: string;
    readonly detail?: string;
  }[];
}

export interface Call {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Talks to a running service over HTTP the way any client does. */
export class AppClient {
  constructor(
    readonly url: string,
    private readonly defaultKey: string,
  ) {}

  async request(
    method: string,
    path: string,
    call: Call & { readonly body?: unknown } = {},
  ): Promise<Answer> {
    const { body } = call;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${call.key ?? this.defaultKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
      signal: call.signal,
    });
    return toAnswer(response, await response.text());
  }

  get(path: string, call: Call = {}): Promise<Answer> {
    return this.request('GET', path, call);
  }

  post(path: string, body: unknown, call: Call = {}): Promise<Answer> {
    return this.request('POST', path, { ...call, body });
  }

  /** A chat completion that is not streamed; a text stands for a body with one user message. */
  async chat(body: string | Readonly<Record<string, unknown>>, call: Call = {}): Promise<ChatAnswer> {
    return (await this.post('/v1/chat/completions', toBody(body), call)) as ChatAnswer;
  }

  /** The open response of a streamed chat completion. */
  openStream(body: string | Readonly<Record<string, unknown>>, call: Call = {}): Promise<Response> {
    return fetch(`${this.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${call.key ?? this.defaultKey}`,
        'content-type': 'application/json',
        ...call.headers,
      },
      body: JSON.stringify({ ...toBody(body), stream: true }),
      signal: call.signal,
    });
  }

  /** A streamed chat completion, read to its end. */
  async stream(body: string | Readonly<Record<string, unknown>>, call: Call = {}): Promise<StreamedAnswer> {
    return readStream(await this.openStream(body, call));
  }
}

/** A body with one user message; further members by need. */
export function chatBody(
  text: string,
  members: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { messages: [{ role: 'user', content: text }], ...members };
}

function toBody(body: string | Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return typeof body === 'string' ? chatBody(body) : body;
}

function toAnswer(response: Response, text: string): Answer {
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    get error(): ErrorBody {
      const { error } = body;
      if (typeof error !== 'object' || error === null)
        throw new Error(`no error in ${response.status} ${text}`);
      return error as ErrorBody;
    },
  };
}
