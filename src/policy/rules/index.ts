import { JailbreakRule } from './jailbreak.rule';
import { ModelAccessRule } from './model-access.rule';
import { PiiRule } from './pii.rule';
import { RegionAccessRule } from './region-access.rule';

/** Every policy rule; a new one is its file and one line here. */
export const policyRules = [PiiRule, JailbreakRule, ModelAccessRule, RegionAccessRule];
