import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { DataDirectoryConfig } from '../platform/config/data-directory.config';
import { ConfigProblems } from '../platform/config/load-config';
import type { Secret } from '../platform/config/secret';
import { AuthConfig } from './auth.config';
import { resolveJwtVerification, type JwtVerification } from './jwt-verification';
import { readOrCreateSecret } from '../platform/config/secret-file';

/** The pepper and the JWT key: configured, or generated once into the data directory where that is allowed. */
@Injectable()
export class AuthSecrets {
  readonly pepper: Secret;
  /** Where a generated pepper is kept; undefined for a configured one. */
  readonly generatedPepperPath: string | undefined;
  readonly jwt: JwtVerification;

  constructor(config: AuthConfig, directory: DataDirectoryConfig) {
    const problems: string[] = [];
    const generate = (name: string): string | undefined =>
      config.generateSecrets ? join(directory.dataDir, 'secrets', name) : undefined;
    this.generatedPepperPath = config.apiKeyPepper === undefined ? generate('api-key-pepper') : undefined;
    const pepper =
      config.apiKeyPepper ?? (this.generatedPepperPath && readOrCreateSecret(this.generatedPepperPath));
    const jwt = resolveJwtVerification(config, generate('jwt-secret'), problems);
    if (!pepper) problems.push('API_KEY_PEPPER: is required when AUTH_GENERATE_SECRETS is off');
    if (!pepper || !jwt) throw new ConfigProblems(problems);
    this.pepper = pepper;
    this.jwt = jwt;
  }
}
