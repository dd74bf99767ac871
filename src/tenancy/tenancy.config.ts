import type { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { secret, text } from '../platform/config/setting-types';

/** The first administrator. Both settings matter at the first start only. */
export class TenancyConfig {
  static readonly section = 'First administrator';

  @Setting({
    env: 'BOOTSTRAP_ADMIN_EMAIL',
    type: text(),
    describe: 'E-mail of the administrator that is made when no user with this e-mail exists.',
    example: 'admin@example.com',
  })
  readonly adminEmail: string | undefined;

  @Setting({
    env: 'BOOTSTRAP_ADMIN_PASSWORD',
    type: secret({ minLength: 12 }),
    secret: true,
    describe: 'Password of that administrator; changing it later changes nothing.',
  })
  readonly adminPassword: Secret | undefined;
}
