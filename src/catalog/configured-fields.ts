import { isJsonObject, type JsonObject } from '../common/json';
import { parseUsd, type NanoUsd } from '../common/money';

/** Collects every mistake, so that one start shows them all. */
export class ConfigurationMistakes {
  private readonly found: string[] = [];

  add(path: string, expected: string): void {
    this.found.push(`${path}: expected ${expected}`);
  }

  throwIfAny(): void {
    if (this.found.length > 0) throw new Error(this.found.join('; '));
  }
}

/** Reads members of one object; every mistake is noted under its path. */
export class ConfiguredFields {
  constructor(
    private readonly value: JsonObject,
    private readonly path: string,
    private readonly mistakes: ConfigurationMistakes,
  ) {}

  refuseUnknown(known: readonly string[]): void {
    for (const name of Object.keys(this.value)) {
      if (!known.includes(name))
        this.mistakes.add(`${this.path}.${name}`, `no such member (known: ${known.join(', ')})`);
    }
  }

  text(name: string, accepts: (text: string) => boolean, expected: string, fallback?: string): string {
    const value = this.value[name] ?? fallback;
    if (typeof value === 'string' && accepts(value)) return value;
    this.mistakes.add(`${this.path}.${name}`, expected);
    return '';
  }

  number(name: string, range: { min: number; max: number; integer: boolean }, fallback?: number): number {
    const value = this.value[name];
    if (value === undefined && fallback !== undefined) return fallback;
    const fits =
      typeof value === 'number' &&
      value >= range.min &&
      value <= range.max &&
      (!range.integer || Number.isInteger(value));
    if (fits) return value;
    const kind = range.integer ? 'a whole number' : 'a number';
    this.mistakes.add(`${this.path}.${name}`, `${kind} from ${range.min} to ${range.max}`);
    return range.min;
  }

  texts(name: string): readonly string[] {
    const value = this.value[name] ?? [];
    if (
      Array.isArray(value) &&
      value.every((item): item is string => typeof item === 'string' && item !== '')
    )
      return value;
    this.mistakes.add(`${this.path}.${name}`, 'a list of names');
    return [];
  }

  object(name: string): ConfiguredFields {
    const value = this.value[name] ?? {};
    if (!isJsonObject(value)) this.mistakes.add(`${this.path}.${name}`, 'an object');
    return new ConfiguredFields(isJsonObject(value) ? value : {}, `${this.path}.${name}`, this.mistakes);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.value[name];
    if (value === undefined) return fallback;
    if (typeof value !== 'boolean') this.mistakes.add(`${this.path}.${name}`, 'true or false');
    return value === true;
  }

  usd(name: string, fallback?: NanoUsd): NanoUsd {
    const value = this.value[name];
    if (value === undefined && fallback !== undefined) return fallback;
    const amount = typeof value === 'number' || typeof value === 'string' ? parseUsd(value) : undefined;
    if (amount === undefined) this.mistakes.add(`${this.path}.${name}`, 'USD per million tokens');
    return amount ?? 0n;
  }

  items(name: string): readonly ConfiguredFields[] {
    const value = this.value[name];
    if (!Array.isArray(value) || value.length === 0) {
      this.mistakes.add(`${this.path}.${name}`, 'a list with at least one entry');
      return [];
    }
    return value.map((item: unknown, index) => {
      const path = `${this.path}.${name}[${index}]`;
      if (!isJsonObject(item)) this.mistakes.add(path, 'an object');
      return new ConfiguredFields(isJsonObject(item) ? item : {}, path, this.mistakes);
    });
  }
}
