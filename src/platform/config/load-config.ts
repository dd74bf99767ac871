import { MODES, settingsOf, type ConfigClass, type Mode, type SettingDefinition } from './setting';

/** Raw settings by variable name, already merged: environment over `.env` over the YAML file. */
export type RawSettings = Readonly<Record<string, string | undefined>>;

/** Every problem of the configuration at once; the message is a list that names each variable. */
export class ConfigProblems extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigProblems';
  }
}

export interface LoadedConfig {
  get<T extends object>(configClass: ConfigClass<T>): T;
  readonly mode: Mode;
  /** Variables that look like ours but mean nothing; logged at start. */
  readonly warnings: readonly string[];
}

const PLACEHOLDER = /your[-_ ].*|^change-?me$|^sk-(ant-)?\.{3}$|^\.{3}$/i;
const OWN_PREFIXES =
  /^(MODELMUXER|FEATURES|POLICY|OBSERVABILITY|ROUTER|INTENT|BUDGET|AUTH|OUTBOX|QUOTA|BOOTSTRAP|PROVIDER|HTTP_CLIENT)_/;

/** Parses all classes; throws {@link ConfigProblems} with every mistake found. */
export function loadConfig(classes: readonly ConfigClass[], raw: RawSettings): LoadedConfig {
  const problems: string[] = [];
  const mode = readMode(raw, problems);
  const instances = new Map<ConfigClass, object>();
  for (const configClass of classes)
    instances.set(configClass, readClass(configClass, { raw, mode, problems }));
  if (problems.length > 0) throw new ConfigProblems([...new Set(problems)]);
  return {
    mode,
    warnings: unknownVariables(classes, raw),
    get<T extends object>(configClass: ConfigClass<T>): T {
      const instance = instances.get(configClass);
      if (!(instance instanceof configClass))
        throw new Error(`${configClass.name} is not a registered configuration class`);
      return instance;
    },
  };
}

/** All names under which a setting may be given. */
export function namesOf(definition: SettingDefinition): readonly string[] {
  const names = [definition.env, ...(definition.aliases ?? [])];
  return [...names, ...names.filter((name) => name.includes('__')).map((name) => name.replaceAll('__', '_'))];
}

interface Reading {
  readonly raw: RawSettings;
  readonly mode: Mode;
  readonly problems: string[];
}

function readClass(configClass: ConfigClass, reading: Reading): object {
  const instance = new configClass();
  for (const definition of settingsOf(configClass)) {
    Object.defineProperty(instance, definition.property, {
      value: readSetting(definition, reading),
      enumerable: true,
    });
  }
  return instance;
}

function readSetting(definition: SettingDefinition, { raw, mode, problems }: Reading): unknown {
  const found = findRaw(definition, raw);
  try {
    const { value, unsafe } = definition.read(found?.text, mode);
    if (mode === 'production' && unsafe !== undefined) {
      problems.push(`${definition.env}: ${unsafe} (MODELMUXER_MODE=production)`);
    }
    return value;
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'is not valid';
    const shown = definition.secret === true ? '' : `, got ${JSON.stringify(found?.text.slice(0, 80))}`;
    problems.push(`${found?.name ?? definition.env}: ${reason}${shown}`);
    return undefined;
  }
}

function findRaw(
  definition: SettingDefinition,
  raw: RawSettings,
): { name: string; text: string } | undefined {
  for (const name of namesOf(definition)) {
    const text = raw[name]?.trim();
    if (text === undefined || text === '') continue;
    // A JSON text may contain such words anywhere (a model called `your-model`) and still be meant.
    if (definition.secret === true && !text.startsWith('{') && PLACEHOLDER.test(text)) continue;
    return { name, text };
  }
  return undefined;
}

function readMode(raw: RawSettings, problems: string[]): Mode {
  const text = raw['MODELMUXER_MODE']?.trim().toLowerCase() ?? '';
  if (text === '') return 'enhanced';
  const mode = MODES.find((candidate) => candidate === text);
  if (mode === undefined)
    problems.push(`MODELMUXER_MODE: expected one of ${MODES.join(', ')}, got ${JSON.stringify(text)}`);
  return mode ?? 'enhanced';
}

function unknownVariables(classes: readonly ConfigClass[], raw: RawSettings): string[] {
  const known = new Set(classes.flatMap((configClass) => settingsOf(configClass).flatMap(namesOf)));
  return Object.keys(raw)
    .filter((name) => OWN_PREFIXES.test(name) && !known.has(name))
    .map((name) => `${name} is not a setting of this version and is ignored`);
}
