import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { hash } from 'node:crypto';
import { DataDirectoryConfig } from '../config/data-directory.config';
import { ConfigProblems } from '../config/load-config';
import { readOrCreateSecret } from '../config/secret-file';
import { DatabaseServer } from '../database/database-server';
import { EncryptionConfig } from './encryption.config';
import { KeyRing } from './key-ring';

/** The keys of this installation; none in the services shape without ENCRYPTION_KEYS. */
@Injectable()
export class Encryption {
  readonly keyRing: KeyRing | undefined;

  constructor(config: EncryptionConfig, directory: DataDirectoryConfig, server: DatabaseServer) {
    const text = configuredText(config);
    if (text !== undefined) this.keyRing = parse(text);
    else if (server.shape === 'embedded')
      this.keyRing = generated(join(directory.dataDir, 'secrets', 'encryption-key'));
  }
}

function configuredText({ keys, keysFile }: EncryptionConfig): string | undefined {
  if (keys !== undefined && keysFile !== undefined)
    throw new ConfigProblems(['ENCRYPTION_KEYS: set either the keys or a file with them, not both']);
  if (keysFile === undefined) return keys?.reveal();
  try {
    return readFileSync(keysFile, 'utf8');
  } catch {
    throw new ConfigProblems([`ENCRYPTION_KEYS_FILE: cannot read ${keysFile}`]);
  }
}

function parse(text: string): KeyRing {
  try {
    return KeyRing.parse(text);
  } catch (error) {
    throw new ConfigProblems([
      `ENCRYPTION_KEYS: ${error instanceof Error ? error.message : 'cannot be read'}`,
    ]);
  }
}

/** Any text makes a key of the right length. */
function generated(path: string): KeyRing {
  return KeyRing.parse(`generated:${hash('sha256', readOrCreateSecret(path).reveal(), 'base64')}`);
}
