import { permitsRegion } from '../../access/access-rules';
import type { ChatRequest } from '../../llm/chat-request';
import type { Finding, PolicyRule, RequestContext } from './policy-rule';

/** Refuses a request that asks for a region its tenant may not use; other requests are limited by the candidate filter. */
export class RegionAccessRule implements PolicyRule {
  readonly name = 'region-access';

  inspectRequest(
    _request: Pick<ChatRequest, 'model'>,
    { policy, region }: RequestContext,
  ): readonly Finding[] {
    if (region === undefined || permitsRegion(policy.regionRules, region.toLowerCase())) return [];
    return [{ kind: 'block', reason: 'region_denied' }];
  }
}
