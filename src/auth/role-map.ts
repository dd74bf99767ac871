import { parseRole, type Role } from '../access/permissions';
import { isJsonObject } from '../common/json';

/** Foreign names of roles or groups, and the built-in role each stands for. */
export type RoleMap = Readonly<Record<string, Role>>;

/** Reads a configured map; throws when a value is no role. */
export function roleMap(value: unknown): RoleMap {
  if (!isJsonObject(value)) throw new Error('expected a JSON object of role names');
  return Object.fromEntries(
    Object.entries(value).map(([name, roleName]) => {
      const role = parseRole(roleName);
      if (role === undefined) throw new Error(`"${name}" stands for an unknown role`);
      return [name, role];
    }),
  );
}

/** The role a foreign name stands for: by the map, else a built-in role of that name. */
export function roleOf(map: RoleMap, name: string): Role | undefined {
  return Object.hasOwn(map, name) ? map[name] : parseRole(name);
}
