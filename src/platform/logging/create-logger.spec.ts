import { loadConfig } from '../config/load-config';
import { createLogger } from './create-logger';
import { LoggingConfig } from './logging.config';
import { NestLogger } from './nest-logger';

function loggerOf(settings: Record<string, string>): { logger: NestLogger; lines: string[] } {
  const lines: string[] = [];
  const config = loadConfig([LoggingConfig], settings).get(LoggingConfig);
  const pinoLogger = createLogger(config, { write: (line) => void lines.push(line) });
  return { logger: new NestLogger(pinoLogger), lines };
}

describe('the log', () => {
  it('has the fields and level names of the documents', () => {
    const { logger, lines } = loggerOf({ LOG_FORMAT: 'json', LOG_LEVEL: 'debug' });
    logger.log('started', 'app.main');
    logger.warn({ message: 'careful', count: 2 }, 'app.main');
    logger.debug('detail', 'app.main');
    logger.fatal('over', 'app.main');
    const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);

    expect(entries.map((entry) => [entry['level'], entry['message']])).toEqual([
      ['INFO', 'started'],
      ['WARNING', 'careful'],
      ['DEBUG', 'detail'],
      ['CRITICAL', 'over'],
    ]);
    expect(entries[1]).toMatchObject({ logger: 'app.main', count: 2 });
    expect(entries[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('describes errors wherever they stand, without extras', () => {
    const { logger, lines } = loggerOf({ LOG_FORMAT: 'json' });
    const error = Object.assign(new Error('broken'), { query: 'canary' });
    logger.error(error, 'x');
    logger.error('failed', error, 'x');
    logger.error('failed', 'Error: canary\n    at x', 'x');
    logger.error({ message: 'failed', err: error }, 'x');

    expect(lines.join('')).not.toContain('canary');
    expect(lines.filter((line) => line.includes('"broken"'))).toHaveLength(3);
  });

  it.each([
    [{ LOG_LEVEL: 'warning' }, ['warn', 'error']],
    [{ OBSERVABILITY__LOG_LEVEL: 'ERROR' }, ['error']],
    [{ LOG_LEVEL: 'critical' }, []],
    [{ LOG_LEVEL: 'error', DEBUG: 'true' }, ['debug', 'log', 'warn', 'error']],
    [{}, ['log', 'warn', 'error']],
  ] as const)('with %p shows %p only', (settings, shown) => {
    const { logger, lines } = loggerOf({ LOG_FORMAT: 'json', ...settings });
    for (const method of ['debug', 'log', 'warn', 'error'] as const) logger[method](method, 'x');

    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual(shown);
  });

  it('cannot be forged by line breaks or terminal codes in either format', () => {
    const forged = 'x\n{"level":"CRITICAL"}\r\u001b[31m\u009b31m\u2028';
    for (const format of ['json', 'pretty']) {
      const { logger, lines } = loggerOf({ LOG_FORMAT: format });
      logger.warn({ message: forged, field: forged, error: new Error(forged) }, forged);
      const text = lines.join('');

      for (const control of format === 'json' ? ['\u001b', '\r'] : ['\u001b', '\r', '\u009b', '\u2028']) {
        expect(text).not.toContain(control);
      }
      expect(text.split('\n').filter((line) => line.startsWith('{"level":"CRITICAL"'))).toEqual([]);
    }
  });

  it('is readable for people when asked', () => {
    const { logger, lines } = loggerOf({ LOG_FORMAT: 'pretty' });
    logger.log({ message: 'listening', port: 8000 }, 'app');

    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO +app +listening port=8000\n$/);
  });
});
