import { Inject, Injectable } from '@nestjs/common';
import type { AccessRules } from '../access/access-rules';
import type { ChatRequest } from '../llm/chat-request';
import type { EmbeddingRequest } from '../llm/embedding-request';
import { inspectEmbeddingInSteps } from './inspect-embedding';
import { inspectRequest, inspectRequestInSteps } from './inspect-request';
import { JailbreakPatternSource } from './jailbreak-pattern-source';
import { PolicyConfig } from './policy.config';
import { RequestInspection } from './request-inspection';
import { holdsMoreTextThan } from './request-size';
import type { PiiType } from './rules/pii/pii-detector';
import { POLICY_RULES, type PolicyRule, type TenantPolicy, type ViolationReason } from './rules/policy-rule';
import { tenantPolicyOf } from './tenant-policy';
import { TimeSlices } from './time-slices';

/** For whom and in what circumstances a request is inspected. */
export interface PolicyContext {
  readonly organizationSlug: string;
  /** The region the request asks for, when it names one. */
  readonly region?: string;
}

/** What policy says about a request. A blocked one must not go on; its `request` is redacted all the same. */
export interface PolicyOutcome<T = ChatRequest> {
  readonly blocked: boolean;
  readonly reasons: readonly ViolationReason[];
  /** The very object that came in when nothing was found. */
  readonly request: T;
  /** How many spans of each kind were replaced. */
  readonly redactions: ReadonlyMap<PiiType, number>;
  /** For the router: which candidates the tenant may use. */
  readonly modelRules: AccessRules;
  readonly regionRules: AccessRules;
}

/** More text than this is not inspected at once. In characters: a few milliseconds of hostile text. */
const AT_ONCE_CHARACTERS = 32_768;
const SLICE_MS = 8;
/** Policies are kept per organization; with more organizations than this the memory starts anew. */
const MOST_KEPT_POLICIES = 10_000;

/** Applies all rules to a request, in time linear in its size. Never throws for what a request contains. */
@Injectable()
export class PolicyEngine {
  private readonly slices = new TimeSlices(SLICE_MS);
  private readonly policies = new Map<string, TenantPolicy>();

  constructor(
    private readonly config: PolicyConfig,
    private readonly jailbreakPatterns: JailbreakPatternSource,
    @Inject(POLICY_RULES) private readonly rules: readonly PolicyRule[],
  ) {}

  /** True for a request that would hold up all others if it were inspected at once. */
  needsSlices(request: ChatRequest): boolean {
    return holdsMoreTextThan(request, AT_ONCE_CHARACTERS);
  }

  inspect(request: ChatRequest, context: PolicyContext): PolicyOutcome {
    const policy = this.policyOf(context.organizationSlug);
    const inspection = this.begin(request, policy, context);
    return outcomeOf(inspectRequest(request, inspection), inspection, policy);
  }

  /** The same outcome, found in slices of a few milliseconds between which the process serves others. */
  async inspectInSlices(
    request: ChatRequest,
    context: PolicyContext,
    signal?: AbortSignal,
  ): Promise<PolicyOutcome> {
    const policy = this.policyOf(context.organizationSlug);
    const inspection = this.begin(request, policy, context);
    const redacted = await this.slices.run(inspectRequestInSteps(request, inspection), signal);
    return outcomeOf(redacted, inspection, policy);
  }

  /**
   * The same for texts to be embedded, always in slices. Nobody answers to such texts, so they are not searched
   * for jailbreaks. Where personal data is redacted, token ids are refused: what they say cannot be seen.
   */
  async inspectEmbedding(
    request: EmbeddingRequest,
    context: PolicyContext,
    signal?: AbortSignal,
  ): Promise<PolicyOutcome<EmbeddingRequest>> {
    const policy = { ...this.policyOf(context.organizationSlug), detectJailbreak: false };
    const inspection = this.begin(request, policy, context);
    if (policy.redactPii && request.inputs.some((input) => typeof input !== 'string'))
      inspection.block('uninspectable_input');
    const redacted = await this.slices.run(inspectEmbeddingInSteps(request, inspection), signal);
    return outcomeOf(redacted, inspection, policy);
  }

  /** The policy of an organization, also for lists of models outside a chat request. */
  policyOf(organizationSlug: string): TenantPolicy {
    const jailbreakPatterns = this.jailbreakPatterns.current();
    const kept = this.policies.get(organizationSlug);
    if (kept?.jailbreakPatterns === jailbreakPatterns) return kept;
    if (this.policies.size >= MOST_KEPT_POLICIES) this.policies.clear();
    const policy = tenantPolicyOf(this.config, organizationSlug, jailbreakPatterns);
    this.policies.set(organizationSlug, policy);
    return policy;
  }

  private begin(
    request: Pick<ChatRequest, 'model'>,
    policy: TenantPolicy,
    context: PolicyContext,
  ): RequestInspection {
    const inspection = new RequestInspection(this.rules, policy);
    for (const rule of this.rules) {
      for (const finding of rule.inspectRequest?.(request, { policy, region: context.region }) ?? []) {
        if (finding.kind === 'block') inspection.block(finding.reason);
      }
    }
    return inspection;
  }
}

function outcomeOf<T>(
  request: T,
  { reasons, redactions }: RequestInspection,
  { modelRules, regionRules }: TenantPolicy,
): PolicyOutcome<T> {
  return { blocked: reasons.size > 0, reasons: [...reasons], request, redactions, modelRules, regionRules };
}
