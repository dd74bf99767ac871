/** An error in a log line: no enumerable extras (drivers put queries and values there), no secrets. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const MAX_MESSAGE = 500;
const MAX_STACK_FRAMES = 12;
const MAX_CAUSES = 4;

// Linear patterns only: error texts may quote what a client sent.
const SECRETS: readonly RegExp[] = [
  /\bBearer\s+\S+/gi,
  /\b(?:sk|mm|pk|rk|gsk|key|xox[abp])[-_][\w-]{8,}/gi,
  /\b(?:password|passwd|pwd|secret|token|api[-_]?key|authorization)["']?\s*[=:]\s*\S+/gi,
  /\bAIza[\w-]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*/g,
  /:\/\/[^\s/:@]+:[^\s/@]+@/g,
  /[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63}/g,
];
/** Parsers and drivers quote input; long quotations are left out. */
const LONG_QUOTATION = /"[^"]{24,}"|'[^']{24,}'|`[^`]{24,}`/g;

/** What may be logged about anything thrown. */
export function describeError(thrown: unknown, depth = 0): DescribedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: 'not an Error object' };
  const code: unknown = Reflect.get(thrown, 'code');
  const frames = framesOf(thrown);
  return {
    type: thrown.name,
    message: messageOf(thrown),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code).slice(0, 64) }),
    ...(frames !== '' && depth === 0 && { stack: frames }),
    ...(thrown.cause !== undefined &&
      depth < MAX_CAUSES && { cause: describeError(thrown.cause, depth + 1) }),
  };
}

/** JSON.parse quotes the text it failed on. */
function messageOf(error: Error): string {
  if (error instanceof SyntaxError) return 'the text could not be parsed';
  const internal: unknown = Reflect.get(error, 'internal');
  const text = typeof internal === 'string' ? `${error.message}: ${internal}` : error.message;
  return scrub(text);
}

/** Takes keys, tokens, credentials in URLs, e-mail addresses and long quotations out of a text. */
function scrub(text: string): string {
  const short = text.slice(0, 4 * MAX_MESSAGE);
  const clean = SECRETS.reduce((rest, pattern) => rest.replace(pattern, '***'), short);
  return clean.replace(LONG_QUOTATION, '"…"').slice(0, MAX_MESSAGE);
}

/** The frames only: the head of a stack repeats the message. */
function framesOf(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, MAX_STACK_FRAMES).join('\n');
}
