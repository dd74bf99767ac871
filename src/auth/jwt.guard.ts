import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../common/app-error';
import { AUTH_ERRORS } from './auth.errors';

/** Runs Passport's `jwt` strategy and tells its refusals in our words. Used by the authentication guard only. */
@Injectable()
export class JwtGuard extends AuthGuard('jwt') {
  override handleRequest<T>(error: unknown, user: T | false | null | undefined, info: unknown): T {
    if (error instanceof Error) throw error;
    if (user === false || user === null || user === undefined) throw refusalOf(info);
    return user;
  }
}

function refusalOf(info: unknown): AppError {
  if (info instanceof AppError) return info;
  if (info instanceof Error && info.name === 'TokenExpiredError') {
    return new AppError(AUTH_ERRORS.expiredToken, { public: 'The token has expired.' });
  }
  const internal = info instanceof Error ? info.message : undefined;
  return new AppError(AUTH_ERRORS.invalidToken, { public: 'The token is not valid.', internal });
}
