import { ValidateBy, type ValidationOptions } from 'class-validator';
import { isIpRange } from '../../common/ip-ranges';

/** Validates an address or CIDR range. */
export function IsIpRange(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isIpRange',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isIpRange(value),
        defaultMessage: (facts) =>
          `${facts?.property ?? 'value'} must be an IP address or a range such as 10.0.0.0/8`,
      },
    },
    options,
  );
}
