/** What broke an outbound call. */
export type HttpFailureReason = 'connection' | 'timeout' | 'aborted' | 'too_large' | 'protocol' | 'blocked';

export interface HttpFailureOptions {
  readonly reason: HttpFailureReason;
  /** False when not a byte of the request can have reached the server. */
  readonly sent: boolean;
  readonly cause?: unknown;
}

/** An outbound call that got no whole answer. The text names neither address nor content. */
export class HttpFailure extends Error {
  readonly reason: HttpFailureReason;
  readonly sent: boolean;

  constructor(options: HttpFailureOptions) {
    super(`outbound call failed: ${options.reason}`, { cause: options.cause });
    this.name = 'HttpFailure';
    this.reason = options.reason;
    this.sent = options.sent;
  }
}

const TIMEOUT_CODES = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
const TOO_LARGE_CODES = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_EXCEEDED_MAX_SIZE']);

/** Sorts an error of the HTTP library by its code. */
export function toHttpFailure(error: unknown, sent: boolean): HttpFailure {
  if (error instanceof HttpFailure) return error;
  return new HttpFailure({ reason: reasonOf(codeOf(error)), sent, cause: error });
}

function reasonOf(code: string): HttpFailureReason {
  if (TIMEOUT_CODES.has(code)) return 'timeout';
  if (TOO_LARGE_CODES.has(code)) return 'too_large';
  if (code.startsWith('HPE_')) return code === 'HPE_HEADER_OVERFLOW' ? 'too_large' : 'protocol';
  return 'connection';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
