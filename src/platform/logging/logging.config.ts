import { Setting } from '../config/setting';
import { choice, flag, text } from '../config/setting-types';

/** Names of the documents and of pino, in either vocabulary. */
export const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'warn',
  'warning',
  'error',
  'critical',
  'fatal',
  'silent',
] as const;

/** Where log lines go, how they look, and how many there are. */
export class LoggingConfig {
  static readonly section = 'Logging';

  @Setting({
    env: 'LOG_LEVEL',
    aliases: ['OBSERVABILITY__LOG_LEVEL'],
    type: choice(LOG_LEVELS),
    default: 'info',
    describe: 'Least severe level that is logged.',
  })
  readonly level: (typeof LOG_LEVELS)[number];

  @Setting({
    env: 'LOG_FORMAT',
    type: choice(['json', 'pretty']),
    default: 'pretty',
    modeDefaults: { production: 'json' },
    describe: 'One JSON object per line, or lines for people.',
  })
  readonly format: 'json' | 'pretty';

  @Setting({
    env: 'LOG_FILE',
    type: text(),
    describe: 'File to append log lines to instead of standard output; its folder is created.',
    example: '/var/log/modelmuxer/app.log',
  })
  readonly file: string | undefined;

  @Setting({
    env: 'DEBUG',
    type: flag(),
    default: false,
    describe: 'Logs at level debug, whatever LOG_LEVEL says.',
  })
  readonly debug: boolean;
}
