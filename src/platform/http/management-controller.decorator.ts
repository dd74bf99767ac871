import { Controller, SetMetadata, UseInterceptors, UsePipes, applyDecorators } from '@nestjs/common';
import { ManagementBodyInterceptor } from './management-body.interceptor';
import { ManagementValidationPipe } from './management-validation.pipe';

/** Metadata key of the controllers whose work belongs to one tenant; those under `/auth` are about a person, who may have several. */
export const MANAGEMENT_ROUTE = Symbol('MANAGEMENT_ROUTE');

/** A controller of management routes: JSON body read after the guards, validated against the DTO classes. */
export function ManagementController(path: string | string[] = ''): ClassDecorator {
  return applyDecorators(
    Controller(path),
    SetMetadata(
      MANAGEMENT_ROUTE,
      [path].flat().every((one) => one.startsWith('v1/')),
    ),
    UseInterceptors(ManagementBodyInterceptor),
    UsePipes(ManagementValidationPipe),
  );
}
