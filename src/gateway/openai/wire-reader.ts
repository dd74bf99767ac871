import { AppError } from '../../common/app-error';
import { isJsonObject, type JsonObject } from '../../common/json';
import { GATEWAY_ERRORS } from '../gateway.errors';

const MAX_PATH = 200;
/** Every unknown name is reported back one by one, so a body may not have very many of them. */
const MAX_UNKNOWN_NAMES = 100;

/** The one way a wrong field of a request body is reported: 400 with the path of the field. */
export function invalidField(path: string, expectation: string): AppError {
  const param = path.slice(0, MAX_PATH);
  return new AppError(GATEWAY_ERRORS.validation, {
    public: `Invalid value for '${param}': ${expectation}.`,
    param,
  });
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** What a body holds beyond the fields we know, by path without list positions; one for all readers of a body. */
class UnknownMembers {
  private readonly names = new Set<string>();
  private readonly unread = new Map<string, unknown>();

  /** Counts a name and returns it. */
  note(path: string): string {
    const name = path.replaceAll(/\[\d+\]/g, '');
    this.names.add(name);
    if (this.names.size > MAX_UNKNOWN_NAMES)
      throw invalidField(path, `the body has more than ${MAX_UNKNOWN_NAMES} unknown fields`);
    return name;
  }

  keep(path: string, value: unknown): void {
    this.unread.set(this.note(path), value);
  }

  list(): JsonObject {
    return Object.fromEntries(this.unread);
  }
}

/** Reads optional typed members of one JSON object; null counts as absent, as OpenAI's own server treats it. */
export class WireReader {
  constructor(
    readonly source: JsonObject,
    private readonly prefix: string = '',
    private readonly unknown = new UnknownMembers(),
  ) {}

  path(key: string): string {
    return this.prefix === '' ? key : `${this.prefix}.${key}`;
  }

  text(key: string): string | undefined {
    const value = this.source[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw invalidField(this.path(key), 'expected a string');
    return value;
  }

  requiredText(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw invalidField(this.path(key), 'this string is required');
    return value;
  }

  number(key: string, range: Range): number | undefined {
    const value = this.source[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) {
      throw invalidField(this.path(key), `expected a number between ${range.min} and ${range.max}`);
    }
    return value;
  }

  integer(key: string, range: Range): number | undefined {
    const value = this.number(key, range);
    if (value !== undefined && !Number.isSafeInteger(value))
      throw invalidField(this.path(key), 'expected an integer');
    return value;
  }

  flag(key: string): boolean | undefined {
    const value = this.source[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') throw invalidField(this.path(key), 'expected true or false');
    return value;
  }

  object(key: string): JsonObject | undefined {
    const value = this.source[key];
    if (value === undefined || value === null) return undefined;
    if (!isJsonObject(value)) throw invalidField(this.path(key), 'expected an object');
    return value;
  }

  /** A nested object as a reader of its own. */
  child(key: string): WireReader | undefined {
    const value = this.object(key);
    return value && new WireReader(value, this.path(key), this.unknown);
  }

  requiredChild(key: string): WireReader {
    const value = this.child(key);
    if (!value) throw invalidField(this.path(key), 'this object is required');
    return value;
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.source[key];
    if (value === undefined || value === null) return undefined;
    if (!isList(value)) throw invalidField(this.path(key), 'expected an array');
    return value;
  }

  /** The items of a list, each of which must be an object. */
  children(key: string): readonly WireReader[] | undefined {
    return this.list(key)?.map((item, index) => {
      const path = `${this.path(key)}[${index}]`;
      if (!isJsonObject(item)) throw invalidField(path, 'expected an object');
      return new WireReader(item, path, this.unknown);
    });
  }

  /** Members not named in `known`, or undefined when there are none. */
  rest(known: ReadonlySet<string>): JsonObject | undefined {
    const rest = this.membersBeside(known);
    for (const [key] of rest) this.unknown.note(this.path(key));
    // By entries, so that a member called __proto__ stays an ordinary member.
    return rest.length === 0 ? undefined : Object.fromEntries(rest);
  }

  /** Keeps members not named in `known` for {@link unread}, so that they are reported instead of vanishing. */
  ignoreRest(known: ReadonlySet<string>): void {
    for (const [key, value] of this.membersBeside(known)) this.unknown.keep(this.path(key), value);
  }

  /** Keeps a member that another one overrules. */
  ignore(key: string): void {
    this.unknown.keep(this.path(key), this.source[key]);
  }

  /** What all readers of this body have ignored so far, by path such as `messages.content.annotations`. */
  unread(): JsonObject {
    return this.unknown.list();
  }

  private membersBeside(known: ReadonlySet<string>): readonly (readonly [string, unknown])[] {
    const found: [string, unknown][] = [];
    for (const key of Object.keys(this.source)) {
      const value = this.source[key];
      if (!known.has(key) && value !== null) found.push([key, value]);
    }
    return found;
  }
}

/** A reader of a whole body, which must be a JSON object. */
export function readerOf(body: unknown): WireReader {
  if (!isJsonObject(body)) throw invalidField('body', 'expected a JSON object');
  return new WireReader(body);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
