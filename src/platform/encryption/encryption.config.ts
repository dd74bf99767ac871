import type { Secret } from '../config/secret';
import { Setting } from '../config/setting';
import { secret, text } from '../config/setting-types';

/** Keys of what is stored encrypted. */
export class EncryptionConfig {
  static readonly section = 'Encryption at rest';

  @Setting({
    env: 'ENCRYPTION_KEYS',
    type: secret(),
    secret: true,
    describe:
      'Keys of stored provider credentials, as a comma list of `name:key` with 32 random bytes in base64 each (`openssl rand -base64 32`). The first one encrypts; the others only read what they wrote. Without it the embedded shape generates one into MODELMUXER_DATA_DIR; the services shape stores no credentials.',
    example: '2027:q2…=,2026:k9…=',
  })
  readonly keys: Secret | undefined;

  @Setting({
    env: 'ENCRYPTION_KEYS_FILE',
    type: text(),
    describe: 'File with the same list, one key a line or separated by commas, instead of ENCRYPTION_KEYS.',
  })
  readonly keysFile: string | undefined;
}
