import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TenancyModule } from '../../tenancy/tenancy.module';
import { SecurityEventsModule } from '../../tenancy/security/security-events.module';
import { AuthStateModule } from '../auth-state.module';
import { ApiKeyPlaceEntity } from '../watch/api-key-place.entity';
import { AuthWatch } from '../watch/auth-watch';
import { KeyPlaces } from '../watch/key-places';
import { RefusalJournal } from '../watch/refusal-journal';
import { LoginThrottleEntity } from './login-throttle.entity';
import { LoginThrottle } from './login-throttle';
import { LoginService } from './login.service';
import { SessionAuthenticator } from './session-authenticator';
import { SessionHousekeeping } from './session-housekeeping';
import { SessionTokens } from './session-tokens';
import { SessionCookies } from './session-cookies';
import { SessionController } from './session.controller';
import { SessionEntity } from './session.entity';
import { SessionRepository } from './session.repository';
import { SessionService } from './session.service';

/** Log-in of people and the sessions that follow from it. */
@Module({
  imports: [
    TypeOrmModule.forFeature([SessionEntity, LoginThrottleEntity, ApiKeyPlaceEntity]),
    TenancyModule,
    AuthStateModule,
    SecurityEventsModule,
  ],
  controllers: [SessionController],
  providers: [
    SessionTokens,
    SessionRepository,
    SessionService,
    SessionAuthenticator,
    SessionCookies,
    SessionHousekeeping,
    LoginThrottle,
    LoginService,
    RefusalJournal,
    KeyPlaces,
    AuthWatch,
  ],
  exports: [SessionService, SessionAuthenticator, SessionCookies, RefusalJournal, AuthWatch],
})
export class SessionModule {}
