import type { SettingType } from './setting-types';

/** `MODELMUXER_MODE`: a profile of defaults, never a different API. */
export const MODES = ['basic', 'enhanced', 'production'] as const;
export type Mode = (typeof MODES)[number];

export interface SettingOptions<T> {
  /** Canonical environment variable. A name with `__` is also accepted with `_`. */
  readonly env: string;
  readonly aliases?: readonly string[];
  readonly type: SettingType<T>;
  /** Value when unset. Leave out for "no value" (the field's type then includes undefined). */
  readonly default?: T;
  /** Other defaults for single modes. */
  readonly modeDefaults?: Partial<Record<Mode, T>>;
  /** One or two sentences for `.env.example` and `docs/configuration.md`. */
  readonly describe: string;
  readonly example?: string;
  /** Never printed; placeholder values such as `sk-your-key-here` count as unset. */
  readonly secret?: boolean;
  /** A reason why the value is unsafe in production mode; undefined when it is fine. */
  readonly unsafeInProduction?: (value: T | undefined) => string | undefined;
}

/** A setting of one configuration class, as the loader and the documentation generator see it. */
export interface SettingDefinition extends Pick<
  SettingOptions<unknown>,
  'env' | 'aliases' | 'describe' | 'example' | 'secret'
> {
  readonly property: string;
  /** What values look like, for the documentation. */
  readonly label: string;
  /** The value for a text (undefined: the default of the mode), and why it is unsafe in production. Throws for a text that is not valid. */
  readonly read: (
    text: string | undefined,
    mode: Mode,
  ) => { readonly value: unknown; readonly unsafe: string | undefined };
  /** Default of a mode in text form; undefined when there is none. */
  readonly defaultText: (mode: Mode) => string | undefined;
}

/** A class whose fields carry `@Setting`; injected as itself. */
export interface ConfigClass<T extends object = object> {
  new (): T;
  /** Heading in `.env.example` and `docs/configuration.md`. */
  readonly section: string;
}

const definitions = new WeakMap<object, SettingDefinition[]>();

/** Declares one setting; the decorated field receives the parsed value before the application starts. */
export function Setting<T>(options: SettingOptions<T>): (target: object, property: string) => void {
  return (target, property) => {
    const known = definitions.get(target.constructor) ?? [];
    known.push(toDefinition(options, property));
    definitions.set(target.constructor, known);
  };
}

/** The settings of a class in the order of their declaration. */
export function settingsOf(configClass: ConfigClass): readonly SettingDefinition[] {
  return definitions.get(configClass) ?? [];
}

function toDefinition<T>(options: SettingOptions<T>, property: string): SettingDefinition {
  const defaultOf = (mode: Mode): T | undefined => options.modeDefaults?.[mode] ?? options.default;
  return {
    env: options.env,
    aliases: options.aliases,
    describe: options.describe,
    example: options.example,
    secret: options.secret,
    property,
    label: options.type.label,
    read: (text, mode) => {
      const value = text === undefined ? defaultOf(mode) : options.type.parse(text);
      return { value, unsafe: options.unsafeInProduction?.(value) };
    },
    defaultText: (mode) => {
      const value = defaultOf(mode);
      return value === undefined ? undefined : options.type.format(value);
    },
  };
}
