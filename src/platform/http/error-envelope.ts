/** OpenAI's error object, the one shape of every failure. */
export interface ErrorEnvelope {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: string | null;
    readonly request_id: string | null;
    readonly details?: Readonly<Record<string, unknown>>;
    /** Members that the contract fixes for single errors, such as `reasons`. */
    readonly [extra: string]: unknown;
  };
}

/** How an error is answered over HTTP. */
export interface ErrorAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorEnvelope;
}
