import { namesOf } from './load-config';
import { MODES, settingsOf, type ConfigClass, type Mode, type SettingDefinition } from './setting';

const DEFAULT_MODE: Mode = 'enhanced';
const GENERATED = 'Generated from the configuration classes by `npm run generate`; do not edit.';

/** Texts that production rules commonly refuse; what they say about them is documented. */
const PROBES = ['*', 'true', 'false', '0'];

/**
 * The text of `.env.example`. Loading it unchanged equals an empty environment: secrets stand there as
 * placeholders, which count as unset, and everything else is commented out with its default or an example.
 */
export function renderEnvironmentExample(classes: readonly ConfigClass[]): string {
  const head = [
    '# Settings of ModelMuxer; copy this file to .env. Every setting is optional, and what is commented out shows',
    '# its default or an example. Placeholders of keys and passwords count as unset. docs/configuration.md says more.',
    '# Generated from the configuration classes by `npm run generate`; do not edit.',
  ].join('\n');
  const sections = toSections(classes).map(({ title, settings }) =>
    [`# == ${title} ==`, ...settings.map(environmentEntry)].join('\n\n'),
  );
  return `${[head, ...sections].join('\n\n')}\n`;
}

/** The text of `docs/configuration.md`: every setting with type, defaults, other names and production rules. */
export function renderConfiguration(classes: readonly ConfigClass[]): string {
  const sections = toSections(classes).map(({ title, settings }) =>
    [
      `## ${title}`,
      ['| variable | values | default | meaning |', '|---|---|---|---|', ...settings.map(tableRow)].join(
        '\n',
      ),
    ].join('\n\n'),
  );
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const INTRODUCTION = `# Configuration

${GENERATED}

Settings come from, highest first: the environment, \`.env\` in the working directory, the YAML file named by
\`MODELMUXER_CONFIG\`, the defaults below. In the YAML file nested keys are joined by \`__\` and may be written in any
case. A name with \`__\` is also accepted with a single \`_\`. Lists are comma lists or JSON arrays. All problems are
reported at once at start, by name; a secret is never printed. Placeholders such as \`sk-your-key-here\` count as unset.`;

interface Section {
  readonly title: string;
  readonly settings: SettingDefinition[];
}

/** Classes with the same heading share one section; the order is that of the list. */
function toSections(classes: readonly ConfigClass[]): readonly Section[] {
  const sections = new Map<string, Section>();
  for (const configClass of classes) {
    const section = sections.get(configClass.section) ?? { title: configClass.section, settings: [] };
    section.settings.push(...settingsOf(configClass));
    sections.set(configClass.section, section);
  }
  return [...sections.values()].filter(({ settings }) => settings.length > 0);
}

function environmentEntry(setting: SettingDefinition): string {
  const comment = `${setting.describe} (${setting.label}${modeNote(setting)})`;
  return [...wrap(comment, 110), environmentLine(setting)].join('\n');
}

function environmentLine(setting: SettingDefinition): string {
  if (setting.secret === true) return `${setting.env}=${placeholder(setting.env)}`;
  const value = setting.defaultText(DEFAULT_MODE) ?? '';
  return `# ${setting.env}=${quote(value === '' ? (setting.example ?? '') : value)}`;
}

/** Counts as unset, see the loader. */
function placeholder(name: string): string {
  return `your-${name.toLowerCase().replaceAll(/_+/g, '-')}-here`;
}

/** `.env` ends an unquoted value at a `#`. */
function quote(value: string): string {
  return /#|^\s|\s$/.test(value) ? `'${value}'` : value;
}

function modeNote(setting: SettingDefinition): string {
  const notes = otherDefaults(setting).map(({ mode, text }) => `; ${mode}: ${text}`);
  return notes.join('');
}

function otherDefaults(setting: SettingDefinition): readonly { mode: Mode; text: string }[] {
  const usual = setting.defaultText(DEFAULT_MODE);
  return MODES.flatMap((mode) => {
    const text = setting.defaultText(mode);
    return text === usual ? [] : [{ mode, text: text === undefined || text === '' ? 'unset' : text }];
  });
}

function tableRow(setting: SettingDefinition): string {
  const cells = [
    code(setting.env),
    setting.label,
    defaultCell(setting),
    [setting.describe, otherNames(setting), exampleNote(setting), productionNote(setting)]
      .filter(Boolean)
      .join(' '),
  ];
  return `| ${cells.map(escapeCell).join(' | ')} |`;
}

function defaultCell(setting: SettingDefinition): string {
  const usual = setting.defaultText(DEFAULT_MODE) ?? '';
  const others = otherDefaults(setting).map(({ mode, text }) => `${mode}: ${code(text)}`);
  return [usual === '' ? 'unset' : code(usual), ...others].join('; ');
}

/** Single-underscore spellings go without saying: the introduction states them once. */
function otherNames(setting: SettingDefinition): string {
  const names = namesOf(setting).filter((name) => setting.aliases?.includes(name));
  return names.length === 0 ? '' : `Also: ${names.map(code).join(', ')}.`;
}

function exampleNote(setting: SettingDefinition): string {
  return setting.example === undefined ? '' : `Example: ${code(setting.example)}.`;
}

function productionNote(setting: SettingDefinition): string {
  const whenUnset = productionReason(setting, undefined);
  if (whenUnset !== undefined) return `Production refuses the default: ${whenUnset}.`;
  const refusals = new Map<string, string>();
  for (const probe of PROBES) {
    const reason = productionReason(setting, probe);
    if (reason !== undefined && !refusals.has(reason)) refusals.set(reason, probe);
  }
  return [...refusals].map(([reason, probe]) => `Production refuses ${code(probe)}: ${reason}.`).join(' ');
}

function productionReason(setting: SettingDefinition, text: string | undefined): string | undefined {
  try {
    return setting.read(text, 'production').unsafe;
  } catch {
    return undefined;
  }
}

function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > width && line !== '#') {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
