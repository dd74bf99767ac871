import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error';
import { logTime } from './log-time';
import type { LoggingConfig } from './logging.config';
import { toPrettyLine } from './pretty-line';

/** The level names of the documents. */
const LEVEL_NAMES: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

const PINO_LEVELS: Readonly<Record<string, string>> = { warning: 'warn', critical: 'fatal' };

/** Lines are written together: a system call for each would cost more than making the line. */
const WRITE_AT_BYTES = 8_192;
const WRITE_EVERY_MS = 50;
/** Lines kept while the reader of the output stands still; more are dropped rather than filling the memory. */
const MAX_BUFFERED_BYTES = 16_000_000;

/**
 * The process' logger: one JSON object per line with `level`, `time`, `logger`, `message` and fields.
 * Writes without blocking; a full disk or a closed pipe loses lines, never the process.
 */
export function createLogger(config: LoggingConfig, destination = createDestination(config)): Logger {
  return pino(
    {
      level: config.debug ? 'debug' : (PINO_LEVELS[config.level] ?? config.level),
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => logTime(),
      formatters: { level: (label) => ({ level: LEVEL_NAMES[label] ?? label.toUpperCase() }) },
      serializers: {
        error: (value: unknown) => (value instanceof Error ? describeError(value) : value),
        err: (value: unknown) => (value instanceof Error ? describeError(value) : value),
        // Whatever is logged under these names, headers never are.
        req: (value: unknown) => typeof value,
        res: (value: unknown) => typeof value,
      },
    },
    config.format === 'pretty' ? prettified(destination) : destination,
  );
}

function createDestination(config: LoggingConfig): DestinationStream {
  const destination = pino.destination({
    dest: config.file ?? 1,
    sync: false,
    mkdir: true,
    minLength: WRITE_AT_BYTES,
    periodicFlush: WRITE_EVERY_MS,
    maxLength: MAX_BUFFERED_BYTES,
  });
  destination.on('error', () => undefined);
  return destination;
}

function prettified(destination: DestinationStream): DestinationStream {
  return { write: (line) => destination.write(toPrettyLine(line)) };
}
