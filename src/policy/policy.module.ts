import { Module } from '@nestjs/common';
import { provideList } from '../common/provide-list';
import { JailbreakPatternSource } from './jailbreak-pattern-source';
import { PolicyEngine } from './policy-engine';
import { policyRules } from './rules/index';
import { POLICY_RULES, type PolicyRule } from './rules/policy-rule';

/** Policy on requests. PolicyConfig and Clock come from the global configuration module. */
@Module({
  providers: [JailbreakPatternSource, ...provideList<PolicyRule>(POLICY_RULES, policyRules), PolicyEngine],
  exports: [PolicyEngine],
})
export class PolicyModule {}
