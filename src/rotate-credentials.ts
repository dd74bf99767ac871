import './prepare-node';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { readConfig } from './boot';
import { CONFIG_CLASSES } from './config-classes';
import { ConfigModule } from './platform/config/config.module';
import type { LoadedConfig } from './platform/config/load-config';
import { processEnvironment } from './platform/config/process-environment';
import { DatabaseModule } from './platform/database/database.module';
import { EncryptionModule } from './platform/encryption/encryption.module';
import { CredentialRotation } from './providers/credentials/credential-rotation';
import { CredentialSealer } from './providers/credentials/credential-sealer';
import { ProviderCredentialEntity } from './providers/credentials/provider-credential.entity';
import { ProviderCredentialRepository } from './providers/credentials/provider-credential.repository';
import { failStart } from './start-failure';

const PROGRESS_EVERY = 100;

@Module({})
class RotationModule {
  static forRoot(config: LoadedConfig): DynamicModule {
    return {
      module: RotationModule,
      imports: [
        ConfigModule.forRoot(CONFIG_CLASSES, config),
        DatabaseModule,
        EncryptionModule,
        TypeOrmModule.forFeature([ProviderCredentialEntity]),
      ],
      providers: [ProviderCredentialRepository, CredentialSealer, CredentialRotation],
    };
  }
}

/** `npm run credentials:rotate`: see docs/provider-credentials.md. Exit code 1 when a credential cannot be read. */
async function main(): Promise<void> {
  const config = readConfig({ environment: processEnvironment(), arguments: process.argv.slice(2) });
  const app = await NestFactory.createApplicationContext(RotationModule.forRoot(config), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  const outcome = await app.get(CredentialRotation).run((done, total) => {
    if (done % PROGRESS_EVERY === 0 || done === total) console.log(`${done} of ${total}`);
  });
  await app.close();
  console.table(outcome);
  if (outcome.unreadable > 0) process.exitCode = 1;
}

main().catch(failStart);
