import { AppError, type ErrorDefinition } from '../common/app-error';
import type { ViolationReason } from './rules/policy-rule';

/** Failures of policy. */
const POLICY_ERRORS = {
  policyViolation: { code: 'policy_violation', category: 'policy' },
} as const satisfies Record<string, ErrorDefinition>;

/** The 403 of a blocked request; says what kind of rule was broken, never which words did it. */
export function policyViolation(reasons: readonly ViolationReason[]): AppError {
  return new AppError(POLICY_ERRORS.policyViolation, {
    public: 'Request blocked by policy',
    extras: { reasons },
  });
}
