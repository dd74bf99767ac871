import { Controller, UseInterceptors, UsePipes, applyDecorators } from '@nestjs/common';
import { ManagementBodyInterceptor } from './management-body.interceptor';
import { ManagementValidationPipe } from './management-validation.pipe';

/** A controller of management routes: JSON body read after the guards, validated against the DTO classes. */
export function ManagementController(path: string | string[] = ''): ClassDecorator {
  return applyDecorators(
    Controller(path),
    UseInterceptors(ManagementBodyInterceptor),
    UsePipes(ManagementValidationPipe),
  );
}
