import type { AccessRules } from '../../access/access-rules';
import type { ChatRequest, ChatRole } from '../../llm/chat-request';
import type { CustomPattern } from '../custom-pattern';
import type { JailbreakPatterns } from '../jailbreak-patterns';
import type { PiiType } from './pii/pii-detector';

/** DI token of the list of all rules. */
export const POLICY_RULES = Symbol('POLICY_RULES');

/** Why a request is blocked; these words stand in the error and in metrics. */
export type ViolationReason = 'jailbreak_detected' | 'model_denied' | 'region_denied' | 'uninspectable_input';

/** Something a rule found. Offsets are UTF-16 positions in the inspected text. */
export type Finding =
  | { readonly kind: 'redact'; readonly type: PiiType; readonly start: number; readonly end: number }
  | { readonly kind: 'block'; readonly reason: ViolationReason };

/** What a tenant wants enforced; the same for every text of a request. */
export interface TenantPolicy {
  readonly redactPii: boolean;
  readonly detectJailbreak: boolean;
  readonly modelRules: AccessRules;
  readonly regionRules: AccessRules;
  readonly customPatterns: readonly CustomPattern[];
  readonly jailbreakPatterns: JailbreakPatterns;
}

export interface TextContext {
  readonly policy: TenantPolicy;
  /** Whose words these are; tool definitions and other fields without an author count as the system's. */
  readonly role: ChatRole;
}

export interface RequestContext {
  readonly policy: TenantPolicy;
  /** The region the request asks for by name. */
  readonly region: string | undefined;
}

/** Longer texts are inspected in steps. In characters. */
export const LONG_TEXT = 16_384;

/**
 * One policy. Rules see the original text, never another rule's redaction, take time linear in it, and
 * keep no state between calls.
 */
export interface PolicyRule {
  readonly name: string;
  /** Findings in one piece of text. */
  inspect?(text: string, context: TextContext): readonly Finding[];
  /**
   * The same for a text of any length, in steps of about a millisecond, in the order of the text: the
   * engine may let others work in between. Without it a rule does not see texts beyond LONG_TEXT.
   */
  inspectInSteps?(text: string, context: TextContext): FindingSteps;
  /** Findings about the request as a whole, such as the model it names. */
  inspectRequest?(request: Pick<ChatRequest, 'model'>, context: RequestContext): readonly Finding[];
}

/** Findings as they are made; an empty list when a step found nothing. */
export type FindingSteps = Generator<readonly Finding[], void, undefined>;
