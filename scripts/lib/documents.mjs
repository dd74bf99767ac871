import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Written from the code and compared with it by another check. */
const generated = new Set(['docs/configuration.md']);

/**
 * The written documents: `{ path, text, prose, codeSpans, code, anchors }`. `prose` is the text without code blocks,
 * `codeSpans` what stands between single backticks, `code` the spans and the blocks.
 */
export function readDocuments(root) {
  const inDocs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${name.split(sep).join('/')}`)
    : [];
  return ['README.md', ...inDocs.sort()]
    .filter((path) => path.endsWith('.md') && !generated.has(path))
    .map((path) => toDocument(relative(root, join(root, path)), readFileSync(join(root, path), 'utf8')));
}

function toDocument(path, text) {
  const blocks = [...text.matchAll(/^( *)```.*\n([\s\S]*?)^\1```$/gm)];
  const prose = blocks.reduce((rest, [block]) => rest.replace(block, ''), text);
  const codeSpans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);
  const code = [...codeSpans, ...blocks.map(([, , content]) => content)];
  return { path, text, prose, codeSpans, code, anchors: anchorsOf(prose) };
}

/** Anchors as code hosts make them from headings. */
function anchorsOf(prose) {
  const headings = [...prose.matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  );
}
