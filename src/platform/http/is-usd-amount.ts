import { ValidateBy } from 'class-validator';
import { MAX_LIMIT_NANO_USD, parseUsd } from '../../common/money';

/** Validates a USD amount that a limit can hold: a non-negative number or decimal string. */
export function IsUsdAmount(): PropertyDecorator {
  return ValidateBy({
    name: 'isUsdAmount',
    validator: {
      validate: isLimitAmount,
      defaultMessage: (facts) => `${facts?.property ?? 'value'} must be a USD amount between 0 and 9000000`,
    },
  });
}

function isLimitAmount(value: unknown): boolean {
  if (typeof value !== 'number' && typeof value !== 'string') return false;
  const amount = parseUsd(value);
  return amount !== undefined && amount <= MAX_LIMIT_NANO_USD;
}
