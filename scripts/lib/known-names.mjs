import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Names that documents may use, taken from text alone: `{ scripts, settings, constants, metrics }`. */
export function knownNames(root) {
  const read = (...path) => readFileSync(join(root, ...path), 'utf8');
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .map((name) => read('src', name));
  const configuration = existsSync(join(root, 'docs', 'configuration.md'))
    ? read('docs', 'configuration.md')
    : '';
  return {
    scripts: new Set(Object.keys(JSON.parse(read('package.json')).scripts)),
    settings: new Set([...settingsIn(configuration), ...toolVariables(read('docs', 'development.md'))]),
    constants: new Set(sources.flatMap((text) => all(text, /\bconst ([A-Z][A-Z0-9_]+)\b/g))),
    metrics: new Set(
      all(read('src', 'telemetry', 'metrics.ts'), /\b(?:counter|gauge|histogram)\(\s*'(\w+)'/g),
    ),
  };
}

/** The list of settings is generated from the configuration classes, other names included, and checked against them. */
function settingsIn(configuration) {
  const names = all(configuration, /`([A-Z][A-Z0-9_]+)`/g);
  return [...names, ...names.map((name) => name.replaceAll('__', '_'))];
}

/** Variables that are not the service's own stand in a table under this heading. */
function toolVariables(development) {
  const section = development.split('## Variables of the tools')[1]?.split(/^## /m)[0] ?? '';
  return all(section, /^\| `(\w+)`/gm);
}

function all(text, pattern) {
  return [...text.matchAll(pattern)].map(([, found]) => found);
}
