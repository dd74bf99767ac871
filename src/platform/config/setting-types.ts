import { isJsonObject, parseJson } from '../../common/json';
import { parseUsd, type NanoUsd } from '../../common/money';
import { Secret } from './secret';

/** Reads one setting from its text form. `parse` throws an Error whose message says what is expected. */
export interface SettingType<T> {
  /** Shown in the documentation, for example `integer 0–65535`. */
  readonly label: string;
  parse(text: string): T;
  /** Text form of a default value, for the documentation and `.env.example`. */
  format(value: T): string;
}

function expectation(text: string): Error {
  return new Error(text);
}

export function text(): SettingType<string> {
  return { label: 'text', parse: (value) => value, format: (value) => value };
}

export function integer(range: { min: number; max: number }): SettingType<number> {
  const label = `integer ${range.min}–${range.max}`;
  return {
    label,
    parse(value) {
      const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= range.min && number <= range.max)) throw expectation(`expected an ${label}`);
      return number;
    },
    format: String,
  };
}

export function decimal(range: { min: number; max: number }): SettingType<number> {
  const label = `number ${range.min}–${range.max}`;
  return {
    label,
    parse(value) {
      const number = /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= range.min && number <= range.max)) throw expectation(`expected a ${label}`);
      return number;
    },
    format: String,
  };
}

export function flag(): SettingType<boolean> {
  const values = new Map([
    ['true', true],
    ['1', true],
    ['yes', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['off', false],
  ]);
  return {
    label: 'true or false',
    parse(value) {
      const found = values.get(value.toLowerCase());
      if (found === undefined) throw expectation('expected true or false');
      return found;
    },
    format: String,
  };
}

/** One of a closed set, compared without regard to case. */
export function choice<const T extends string>(values: readonly T[]): SettingType<T> {
  return {
    label: values.join(', '),
    parse(value) {
      const found = values.find((candidate) => candidate.toLowerCase() === value.toLowerCase());
      if (found === undefined) throw expectation(`expected one of ${values.join(', ')}`);
      return found;
    },
    format: (value) => value,
  };
}

/** USD amount kept as integer nano-USD. */
export function usd(): SettingType<NanoUsd> {
  return {
    label: 'USD amount',
    parse(value) {
      const amount = parseUsd(value);
      if (amount === undefined) throw expectation('expected a non-negative USD amount such as 10.0');
      return amount;
    },
    format: (value) => (Number(value) / 1e9).toString(),
  };
}

export function url(protocols: readonly string[]): SettingType<string> {
  return {
    label: `URL (${protocols.join(', ')})`,
    parse(value) {
      const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : '';
      if (!protocols.includes(protocol))
        throw expectation(`expected a URL starting with ${protocols.map((p) => `${p}://`).join(' or ')}`);
      return value;
    },
    format: (value) => value,
  };
}

/** Comma list or JSON array of strings. */
export function list(): SettingType<readonly string[]> {
  return {
    label: 'comma list or JSON array',
    parse(value) {
      if (!value.trimStart().startsWith('[')) return splitCommaList(value);
      const parsed = parseJson(value);
      if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === 'string')) {
        throw expectation('expected a comma list or a JSON array of strings');
      }
      return parsed;
    },
    format: (value) => value.join(','),
  };
}

function splitCommaList(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** JSON value turned into a typed one by `read`, which throws an Error saying what is expected. */
export function json<T>(label: string, read: (value: unknown) => T): SettingType<T> {
  return {
    label,
    parse(value) {
      const parsed = parseJson(value);
      if (parsed === undefined) throw expectation(`expected ${label}, but this is not valid JSON`);
      return read(parsed);
    },
    format: (value) => JSON.stringify(value),
  };
}

/** JSON object of string lists, such as `{"tenant_a": ["gpt-4o"]}`. */
export function listMap(): SettingType<Readonly<Record<string, readonly string[]>>> {
  return json('a JSON object of string lists', (value) => {
    if (!isJsonObject(value)) throw expectation('expected a JSON object of string lists');
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readStringList(key, item)]));
  });
}

function readStringList(key: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw expectation(`expected a list of strings under "${key}"`);
}

/** A secret of at least `minLength` characters; never printed. */
export function secret(options: { minLength?: number } = {}): SettingType<Secret> {
  const minLength = options.minLength ?? 1;
  return {
    label: minLength > 1 ? `secret, at least ${minLength} characters` : 'secret',
    parse(value) {
      if (value.length < minLength) throw expectation(`expected at least ${minLength} characters`);
      return new Secret(value);
    },
    format: () => '***',
  };
}
