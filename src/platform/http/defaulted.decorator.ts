import { ValidateIf } from 'class-validator';

/** A field with a default of its own may be left out. `@IsOptional` would let null through, which takes the place of the default. */
export function Defaulted(): PropertyDecorator {
  return ValidateIf((_dto, value: unknown) => value !== undefined);
}
