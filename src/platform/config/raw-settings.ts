import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { isJsonObject } from '../../common/json';
import { ConfigProblems, namesOf, type RawSettings } from './load-config';
import { settingsOf, type ConfigClass } from './setting';

/**
 * Merges the three sources, highest first: environment, `.env` in the working directory, YAML file
 * named by `MODELMUXER_CONFIG`. `--mode X` on the command line equals `MODELMUXER_MODE=X`.
 * In the YAML file nested keys are joined by `__` and written in any case (`features: {redact_pii: true}`).
 */
export function readRawSettings(
  classes: readonly ConfigClass[],
  sources: { environment: RawSettings; arguments: readonly string[]; dotEnvPath?: string },
): RawSettings {
  const dotEnv = readDotEnv(sources.dotEnvPath ?? '.env');
  const file = sources.environment['MODELMUXER_CONFIG'] ?? dotEnv['MODELMUXER_CONFIG'];
  const fromFile = file === undefined || file === '' ? {} : readYamlFile(file, classes);
  const mode = modeArgument(sources.arguments);
  return {
    ...fromFile,
    ...dotEnv,
    ...withoutEmpty(sources.environment),
    ...(mode !== undefined && { MODELMUXER_MODE: mode }),
  };
}

function withoutEmpty(environment: RawSettings): RawSettings {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
}

function readDotEnv(path: string): RawSettings {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

function modeArgument(args: readonly string[]): string | undefined {
  const index = args.indexOf('--mode');
  if (index >= 0) return args[index + 1] ?? '';
  return args.find((argument) => argument.startsWith('--mode='))?.slice('--mode='.length);
}

function readYamlFile(path: string, classes: readonly ConfigClass[]): RawSettings {
  const known = new Set(classes.flatMap((configClass) => settingsOf(configClass).flatMap(namesOf)));
  const settings: Record<string, string> = {};
  const problems: string[] = [];
  const visit = (value: unknown, name: string): void => {
    if (known.has(name)) settings[name] = typeof value === 'string' ? value : JSON.stringify(value);
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value))
        visit(item, name === '' ? key.toUpperCase() : `${name}__${key.toUpperCase()}`);
    } else problems.push(`${path}: ${name} is not a setting`);
  };
  visit(parseYamlFile(path), '');
  if (problems.length > 0) throw new ConfigProblems(problems);
  return settings;
}

function parseYamlFile(path: string): unknown {
  try {
    const content: unknown = parseYaml(readFileSync(path, 'utf8'));
    return content ?? {};
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigProblems([`MODELMUXER_CONFIG: cannot read ${path}: ${reason}`]);
  }
}
