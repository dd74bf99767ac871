import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessModule } from '../access/access.module';
import { HttpClientModule } from '../platform/http/http-client.module';
import { TenancyModule } from '../tenancy/tenancy.module';
import { ApiKeyAuthenticator } from './api-key-authenticator';
import { ApiKeyUsage } from './api-key-usage';
import { ApiKeyEntity } from './api-key.entity';
import { ApiKeyRepository } from './api-key.repository';
import { ApiKeyIssuer } from './api-key-issuer';
import { ApiKeyTerms } from './api-key-terms';
import { ApiKeyService } from './api-key.service';
import { ApiKeysController } from './api-keys.controller';
import { AuthBootstrap } from './auth-bootstrap';
import { AuthStateModule } from './auth-state.module';
import { AuthenticationGuard } from './authentication.guard';
import { BootstrapKey } from './bootstrap-key';
import { InstallationFactEntity } from './installation-fact.entity';
import { JwtGuard } from './jwt.guard';
import { JwtStrategy } from './jwt.strategy';
import { MemberAdder } from './members/member-adder';
import { MemberService } from './members/member.service';
import { MembersController } from './members/members.controller';
import { OrganizationsController } from './members/organizations.controller';
import { PepperCheck } from './pepper-check';
import { PermissionsGuard } from './permissions.guard';
import { RouteProtectionCheck } from './route-protection.check';
import { SessionModule } from './session/session.module';
import { SsoModule } from './sso/sso.module';
import { StaticKeyRegistry } from './static-key-registry';

/** Who is asking, and may they: API keys, tokens, the two global guards, and the routes that manage keys. */
@Module({
  imports: [
    TypeOrmModule.forFeature([ApiKeyEntity, InstallationFactEntity]),
    TenancyModule,
    AccessModule,
    AuthStateModule,
    HttpClientModule,
    SessionModule,
    SsoModule,
    DiscoveryModule,
  ],
  controllers: [ApiKeysController, MembersController, OrganizationsController],
  providers: [
    ApiKeyRepository,
    ApiKeyUsage,
    ApiKeyTerms,
    ApiKeyIssuer,
    ApiKeyService,
    ApiKeyAuthenticator,
    MemberAdder,
    MemberService,
    StaticKeyRegistry,
    JwtStrategy,
    JwtGuard,
    PepperCheck,
    BootstrapKey,
    AuthBootstrap,
    AuthenticationGuard,
    PermissionsGuard,
    RouteProtectionCheck,
  ],
  exports: [ApiKeyService, AuthenticationGuard, PermissionsGuard, BootstrapKey, RouteProtectionCheck],
})
export class AuthModule {}
