import { AppError } from '../common/app-error';
import { displayUsd, toUsdNumber, type NanoUsd } from '../common/money';
import { COST_ERRORS } from './cost.errors';

/** 402 for a request whose cheapest possible answer may cost more than the client's own limit for it. */
export function overCeiling(limit: NanoUsd, estimate: NanoUsd): AppError {
  return new AppError(COST_ERRORS.insufficientBudget, {
    public: `This request may cost up to $${displayUsd(estimate)}, more than the limit of $${displayUsd(limit)} it came with. Lower max_tokens or raise the limit.`,
    details: {
      level: 'request',
      window: 'request',
      limit: toUsdNumber(limit),
      spent: 0,
      held: 0,
      estimate: toUsdNumber(estimate),
      resets_at: null,
    },
  });
}
