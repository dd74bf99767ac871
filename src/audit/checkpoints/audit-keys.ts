import { join } from 'node:path';
import { Injectable, Logger } from '@nestjs/common';
import { DataDirectoryConfig } from '../../platform/config/data-directory.config';
import { ConfigProblems } from '../../platform/config/load-config';
import { readOrCreateSecret } from '../../platform/config/secret-file';
import { RedisConfig } from '../../platform/redis/redis.config';
import { AuditConfig } from '../audit.config';
import { isGenuine, type Checkpoint } from './checkpoint';
import { toSigningKey, type SigningKey } from './signing-key';

/** The key that signs checkpoints, and the keys whose checkpoints count. */
@Injectable()
export class AuditKeys {
  private readonly logger = new Logger(AuditKeys.name);
  /** Undefined when none is configured and several processes would have to share it. */
  readonly current: SigningKey | undefined;
  private readonly trusted: ReadonlySet<string>;

  constructor(config: AuditConfig, directory: DataDirectoryConfig, redis: RedisConfig) {
    this.current = currentKey(config, directory, redis);
    this.trusted = new Set([...config.trustedKeys, ...(this.current ? [this.current.keyId] : [])]);
    if (!this.current)
      this.logger.warn('AUDIT_SIGNING_KEY is not set: checkpoints of the audit trail are not signed');
  }

  /** True for a checkpoint that one of our keys signed. */
  vouchesFor(checkpoint: Checkpoint): boolean {
    return this.trusted.has(checkpoint.key_id) && isGenuine(checkpoint);
  }

  isTrusted(keyId: string): boolean {
    return this.trusted.has(keyId);
  }
}

function currentKey(
  config: AuditConfig,
  directory: DataDirectoryConfig,
  redis: RedisConfig,
): SigningKey | undefined {
  const secret =
    config.signingKey ??
    (redis.address === undefined
      ? readOrCreateSecret(join(directory.dataDir, 'secrets', 'audit-signing-key'))
      : undefined);
  if (secret === undefined) return undefined;
  try {
    return toSigningKey(secret);
  } catch {
    throw new ConfigProblems(['AUDIT_SIGNING_KEY: expected a secret text or a PEM Ed25519 private key']);
  }
}
