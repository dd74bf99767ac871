import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module';
import { Clock, SystemClock } from '../common/clock';
import { ApiKeyHasher } from './api-key';
import { AuthCaches } from './auth-caches';
import { AuthInvalidation } from './auth-invalidation';
import { AuthSecrets } from './auth-secrets';

const STATE = [
  { provide: Clock, useClass: SystemClock },
  AuthSecrets,
  {
    provide: ApiKeyHasher,
    inject: [AuthSecrets],
    useFactory: (secrets: AuthSecrets) => new ApiKeyHasher(secrets.pepper),
  },
  AuthCaches,
  AuthInvalidation,
];

/** What all ways of proving who one is share: secrets, what this process remembers, and how it hears of changes. */
@Module({ imports: [AccessModule], providers: STATE, exports: STATE })
export class AuthStateModule {}
