import { globSync } from 'node:fs';
import { join } from 'node:path';

type EntityClass = abstract new (...args: never[]) => object;

/** Every entity class of the application, found by file name, so that none can be forgotten. */
export async function allEntities(): Promise<EntityClass[]> {
  const root = join(__dirname, '../../src');
  const files = globSync('**/*.entity.ts', { cwd: root });
  const modules: unknown[] = await Promise.all(files.map((file) => import(join(root, file))));
  return modules.flatMap((module): unknown[] => Object.values(module as object)).filter(isEntityClass);
}

function isEntityClass(value: unknown): value is EntityClass {
  return typeof value === 'function' && value.name.endsWith('Entity');
}
