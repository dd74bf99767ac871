import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { DatabaseServer } from '../platform/database/database-server';
import { ApiKeyHasher } from './api-key';
import { AuthSecrets } from './auth-secrets';
import { InstallationFactEntity } from './installation-fact.entity';

const FACT = 'api_key_pepper_fingerprint';
const FINGERPRINT_CHARACTERS = 16;

/** Refuses a pepper other than the one stored keys were hashed with: every key would silently stop working. */
@Injectable()
export class PepperCheck {
  private readonly logger = new Logger('auth');

  constructor(
    @InjectRepository(InstallationFactEntity) private readonly facts: Repository<InstallationFactEntity>,
    private readonly hasher: ApiKeyHasher,
    private readonly secrets: AuthSecrets,
    private readonly server: DatabaseServer,
  ) {}

  async run(): Promise<void> {
    const path = this.secrets.generatedPepperPath;
    if (path !== undefined && this.server.shape === 'services') {
      this.logger.warn(
        `API_KEY_PEPPER is not set; the one generated in ${path} is used. Replicas must share one.`,
      );
    }
    const value = this.hasher.hash(FACT).slice(0, FINGERPRINT_CHARACTERS);
    await this.facts.createQueryBuilder().insert().values({ name: FACT, value }).orIgnore().execute();
    const stored = await this.facts.findOneByOrFail({ name: FACT });
    if (stored.value === value) return;
    throw new Error(
      'API_KEY_PEPPER is not the one the stored API keys were made with. Restore it, or delete the row ' +
        `"${FACT}" of the table installation_fact to give up all keys issued so far.`,
    );
  }
}
