import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TenancyModule } from '../../tenancy/tenancy.module';
import { AuthStateModule } from '../auth-state.module';
import { RefusalJournal } from '../watch/refusal-journal';
import { LoginThrottleEntity } from './login-throttle.entity';
import { LoginThrottle } from './login-throttle';
import { LoginService } from './login.service';
import { SessionAuthenticator } from './session-authenticator';
import { SessionHousekeeping } from './session-housekeeping';
import { SessionTokens } from './session-tokens';
import { SessionController } from './session.controller';
import { SessionEntity } from './session.entity';
import { SessionRepository } from './session.repository';
import { SessionService } from './session.service';

/** Log-in of people and the sessions that follow from it. */
@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity, LoginThrottleEntity]), TenancyModule, AuthStateModule],
  controllers: [SessionController],
  providers: [
    SessionTokens,
    SessionRepository,
    SessionService,
    SessionAuthenticator,
    SessionHousekeeping,
    LoginThrottle,
    LoginService,
    RefusalJournal,
  ],
  exports: [SessionAuthenticator, RefusalJournal],
})
export class SessionModule {}
