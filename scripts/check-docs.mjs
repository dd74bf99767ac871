/**
 * Checks that the documentation is about this code: links and anchors resolve, named commands, files, metrics and
 * settings exist, and every metric is explained. Reads text only, so it needs no build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readDocuments } from './lib/documents.mjs';
import { knownNames } from './lib/known-names.mjs';

const root = join(import.meta.dirname, '..');
const operations = 'docs/operations.md';
const known = knownNames(root);
const documents = readDocuments(root);

const problems = [
  ...documents.flatMap((document) =>
    [brokenLinks, unknownCommands, missingFiles, unknownSettings, unknownMetrics].flatMap((check) =>
      check(document).map((problem) => `${document.path}: ${problem}`),
    ),
  ),
  ...unexplainedMetrics(),
];
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${documents.length} documents agree with the code.`);
process.exitCode = problems.length === 0 ? 0 : 1;

function brokenLinks({ path, prose }) {
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : relative(root, join(root, dirname(path), file));
    if (!existsSync(join(root, target))) return [`link to ${link}, which does not exist`];
    const headings = documents.find((document) => document.path === target)?.anchors;
    return anchor === undefined || headings === undefined || headings.has(anchor)
      ? []
      : [`link to ${link}, but ${target} has no such heading`];
  });
}

function unknownCommands({ text }) {
  return [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)]
    .filter(([, name]) => !known.scripts.has(name))
    .map(([command]) => `${command}: no such script in package.json`);
}

/** A path with a placeholder (`<vendor>`, `*`, `…`) is checked as far as its last fixed folder. */
function missingFiles({ codeSpans }) {
  return codeSpans
    .filter((span) => /^(src|test|scripts|docs|bench)\/\S*$/.test(span))
    .filter((span) => !isWrittenByTools(span))
    .filter((span) => !existsSync(join(root, fixedPartOf(span))))
    .map((span) => `${span} does not exist`);
}

/** Results of measurements are not part of the repository. */
function isWrittenByTools(path) {
  return path.startsWith('bench/results');
}

function fixedPartOf(path) {
  const placeholder = path.search(/[<*…]/);
  return placeholder < 0 ? path : path.slice(0, path.lastIndexOf('/', placeholder) + 1);
}

function unknownSettings({ code }) {
  const names = code.flatMap(
    (part) => part.match(/(?<![\w./-])[A-Z][A-Z0-9]*(?:_+[A-Z0-9]+)+(?![\w-])/g) ?? [],
  );
  return [...new Set(names)]
    .filter((name) => !known.settings.has(name) && !known.constants.has(name))
    .map((name) => `${name} is neither a setting nor a variable listed in docs/development.md`);
}

function unknownMetrics({ codeSpans }) {
  return codeSpans
    .filter((span) => /^(http|llm|policy|modelmuxer)_\w+_(total|ms|bytes|seconds|in_flight)$/.test(span))
    .filter((span) => !known.metrics.has(span))
    .map((span) => `there is no metric ${span}`);
}

function unexplainedMetrics() {
  const text = readFileSync(join(root, operations), 'utf8');
  return [...known.metrics]
    .filter((name) => !text.includes(`\`${name}\``))
    .map((name) => `${operations}: the metric ${name} is not explained`);
}
