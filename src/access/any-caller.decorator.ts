import { PERMISSIONS, type Permission } from './permissions';
import { RequirePermission } from './require-permission.decorator';

const [first, ...others]: readonly Permission[] = PERMISSIONS;

/** A route about the caller's own session: for everybody who is somebody, whatever they may do. */
export function AnyCaller(): MethodDecorator & ClassDecorator {
  if (first === undefined) throw new Error('there are no permissions');
  return RequirePermission(first, ...others);
}
