import { Injectable, ValidationPipe, type ArgumentMetadata, type ValidationError } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { HTTP_ERRORS } from './http.errors';
import { refuseNul } from './refuse-nul';

interface Problem {
  readonly param: string;
  readonly message: string;
}

const MAX_PROBLEMS = 20;
const MAX_TEXT = 200;

/**
 * Turns bodies and queries of management routes into their DTO classes; unknown fields and all broken
 * rules are reported at once as 400 `validation_error`.
 */
@Injectable()
export class ManagementValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) => toAppError(errors.flatMap((error) => problemsOf(error, ''))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    refuseNul(value, metadata);
    return (await super.transform(value, metadata)) as unknown;
  }
}

function toAppError(problems: readonly Problem[]): AppError {
  const shown = problems.slice(0, MAX_PROBLEMS);
  return new AppError(HTTP_ERRORS.validation, {
    public: shown[0]?.message ?? 'The request is not valid',
    param: shown[0]?.param,
    details: { errors: shown },
  });
}

function problemsOf(error: ValidationError, parent: string): readonly Problem[] {
  const param = pathOf(parent, error.property);
  // Reported last to first as they are written: that a value is no number at all says more than that it is not below a limit.
  const own = Object.values(error.constraints ?? {})
    .reverse()
    .map((message) => ({ param, message: message.slice(0, MAX_TEXT) }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, param))];
}

function pathOf(parent: string, property: string): string {
  const name = /^\d+$/.test(property) ? `[${property}]` : `${parent === '' ? '' : '.'}${property}`;
  return `${parent}${name}`.slice(0, MAX_TEXT);
}
