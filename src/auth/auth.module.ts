import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock, SystemClock } from '../common/clock';
import { PubSubModule } from '../platform/pub-sub/pub-sub.module';
import { TenancyModule } from '../tenancy/tenancy.module';
import { ApiKeyHasher } from './api-key';
import { ApiKeyAuthenticator } from './api-key-authenticator';
import { ApiKeyUsage } from './api-key-usage';
import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';
import { ApiKeyService } from './api-key.service';
import { ApiKeysController } from './api-keys.controller';
import { AuthBootstrap } from './auth-bootstrap';
import { AuthCaches } from './auth-caches';
import { AuthInvalidation } from './auth-invalidation';
import { AuthSecrets } from './auth-secrets';
import { AuthenticationGuard } from './authentication.guard';
import { BootstrapKey } from './bootstrap-key';
import { InstallationFactEntity } from './installation-fact.entity';
import { JwtGuard } from './jwt.guard';
import { JwtStrategy } from './jwt.strategy';
import { PepperCheck } from './pepper-check';
import { PermissionsGuard } from './permissions.guard';
import { RouteProtectionCheck } from './route-protection.check';
import { StaticKeyRegistry } from './static-key-registry';

/** Who is asking, and may they: API keys, tokens, the two global guards, and the routes that manage keys. */
@Module({
  imports: [
    TypeOrmModule.forFeature([ApiKeyEntity, InstallationFactEntity]),
    TenancyModule,
    PubSubModule,
    DiscoveryModule,
  ],
  controllers: [ApiKeysController],
  providers: [
    { provide: Clock, useClass: SystemClock },
    AuthSecrets,
    {
      provide: ApiKeyHasher,
      inject: [AuthSecrets],
      useFactory: (secrets: AuthSecrets) => new ApiKeyHasher(secrets.pepper),
    },
    ApiKeyRepository,
    ApiKeyUsage,
    ApiKeyService,
    ApiKeyAuthenticator,
    StaticKeyRegistry,
    AuthCaches,
    AuthInvalidation,
    JwtStrategy,
    JwtGuard,
    PepperCheck,
    BootstrapKey,
    AuthBootstrap,
    AuthenticationGuard,
    PermissionsGuard,
    RouteProtectionCheck,
  ],
  exports: [AuthenticationGuard, PermissionsGuard, BootstrapKey, RouteProtectionCheck],
})
export class AuthModule {}
