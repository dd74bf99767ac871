import { Inject, Injectable, type LoggerService } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import type { Logger } from 'pino';
import { isJsonObject, type JsonObject } from '../../common/json';
import { ROOT_LOGGER } from './root-logger';

type PinoLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Nest's own account of what it put together; interesting for its developers only. */
const CHATTY_LOGGERS: ReadonlySet<unknown> = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

/** nestjs-pino's logger on the application's own pino instance instead of one shared by the whole process. */
class ApplicationPinoLogger extends PinoLogger {
  constructor(private readonly application: Logger) {
    super({ pinoHttp: { logger: application }, renameContext: 'logger' });
  }

  override get logger(): Logger {
    return this.application;
  }
}

/**
 * What stands behind Nest's `Logger`: `logger.warn({ message, …fields })` or `logger.warn('text')`. Errors
 * are described without extras. nestjs-pino's request middleware is left out: it costs a child logger and
 * an async context per request, and the access line is written by telemetry.
 */
@Injectable()
export class NestLogger implements LoggerService {
  private readonly logger: PinoLogger;

  constructor(@Inject(ROOT_LOGGER) root: Logger) {
    this.logger = new ApplicationPinoLogger(root);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  /** Nest passes the name of the logger as the last argument, and a stack or extra fields before it. */
  private write(asked: PinoLevel, message: unknown, rest: readonly unknown[]): void {
    const last = rest.at(-1);
    const level = asked === 'info' && CHATTY_LOGGERS.has(last) ? 'debug' : asked;
    if (!this.logger.logger.isLevelEnabled(level)) return;
    const extras = typeof last === 'string' ? rest.slice(0, -1) : rest;
    const fields: Record<string, unknown> = { logger: typeof last === 'string' ? last : undefined };
    for (const extra of extras) Object.assign(fields, extraFields(extra));
    this.logger[level](Object.assign(fields, messageFields(message)));
  }
}

function messageFields(message: unknown): JsonObject {
  if (message instanceof Error) return { message: 'Unexpected error', error: message };
  return isJsonObject(message) ? message : { message: String(message) };
}

/** Texts among the extras are stacks, whose head repeats the message of the error. */
function extraFields(extra: unknown): JsonObject {
  if (extra instanceof Error) return { error: extra };
  return isJsonObject(extra) ? extra : {};
}
