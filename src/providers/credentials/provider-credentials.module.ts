import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EncryptionModule } from '../../platform/encryption/encryption.module';
import { PubSubModule } from '../../platform/pub-sub/pub-sub.module';
import { ProvidersModule } from '../providers.module';
import { CredentialSealer } from './credential-sealer';
import { ProviderCredentialEntity } from './provider-credential.entity';
import { ProviderCredentialRepository } from './provider-credential.repository';
import { ProviderCredentialService } from './provider-credential.service';
import { ProviderCredentialsController } from './provider-credentials.controller';
import { TenantKeyLoader } from './tenant-key-loader';

/** Keys of providers that organizations bring along: stored, managed, and kept in memory for the calls. */
@Module({
  imports: [
    TypeOrmModule.forFeature([ProviderCredentialEntity]),
    EncryptionModule,
    PubSubModule,
    ProvidersModule,
  ],
  controllers: [ProviderCredentialsController],
  providers: [CredentialSealer, ProviderCredentialRepository, TenantKeyLoader, ProviderCredentialService],
})
export class ProviderCredentialsModule {}
