/**
 * npm run generate [-- --check]: writes the files that follow from the code (.env.example, docs/configuration.md,
 * docs/openapi/openapi.yaml). With --check nothing is written, and stale files are named with exit code 1.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildWhenStale } from './lib/build.mjs';
import { ensureDependencies, root } from './lib/install.mjs';
import { onPackagedNode } from './lib/packaged-node.mjs';

const check = process.argv.includes('--check');
const requireHere = createRequire(import.meta.url);
const built = (path) => requireHere(join(root, 'dist', 'src', path));

await onPackagedNode(async () => {
  await ensureDependencies();
  await buildWhenStale();
  const files = await generate();
  const stale = files.filter(({ path, content }) => contentOf(path) !== content);
  if (check) return report(stale);
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  for (const { path } of files)
    console.log(`${stale.some((file) => file.path === path) ? 'written  ' : 'unchanged'} ${path}`);
  return 0;
});

function report(stale) {
  for (const { path } of stale) console.error(`stale: ${path}`);
  console.log(stale.length === 0 ? 'All generated files are up to date.' : 'Run `npm run generate`.');
  return stale.length === 0 ? 0 : 1;
}

function contentOf(path) {
  const full = join(root, path);
  return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
}

async function generate() {
  const { CONFIG_CLASSES } = built('config-classes.js');
  const { renderConfiguration, renderEnvironmentExample } = built('platform/config/render-configuration.js');
  return [
    { path: '.env.example', content: renderEnvironmentExample(CONFIG_CLASSES) },
    { path: 'docs/configuration.md', content: renderConfiguration(CONFIG_CLASSES) },
    { path: 'docs/openapi/openapi.yaml', content: await renderOpenApi() },
  ];
}

/** From the modules alone: in preview nothing is constructed, connected to or written. */
async function renderOpenApi() {
  const { NestFactory } = requireHere('@nestjs/core');
  const { stringify } = requireHere('yaml');
  const { CONFIG_CLASSES } = built('config-classes.js');
  const { AppModule } = built('app.module.js');
  const { createOpenApiDocument } = built('configure-app.js');
  const config = built('platform/config/load-config.js').loadConfig(CONFIG_CLASSES, {});
  const options = { preview: true, logger: false, abortOnError: false };
  const app = await NestFactory.create(AppModule.forRoot(config), options);
  try {
    const head = '# Generated from the controllers by `npm run generate`; do not edit.\n';
    return head + stringify(createOpenApiDocument(app), { lineWidth: 110, aliasDuplicateObjects: false });
  } finally {
    await app.close();
  }
}
