import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HttpClientModule } from '../../platform/http/http-client.module';
import { TenancyModule } from '../../tenancy/tenancy.module';
import { AuthStateModule } from '../auth-state.module';
import { SessionModule } from '../session/session.module';
import { OpenIdClient } from './open-id-client';
import { SsoAccounts } from './sso-accounts';
import { SsoController } from './sso.controller';
import { SsoFlow } from './sso-flow';
import { SsoService } from './sso.service';
import { UserIdentityEntity } from './user-identity.entity';

/** Log-in through an identity service that speaks OpenID Connect. */
@Module({
  imports: [
    TypeOrmModule.forFeature([UserIdentityEntity]),
    TenancyModule,
    HttpClientModule,
    AuthStateModule,
    SessionModule,
  ],
  controllers: [SsoController],
  providers: [OpenIdClient, SsoFlow, SsoAccounts, SsoService],
})
export class SsoModule {}
