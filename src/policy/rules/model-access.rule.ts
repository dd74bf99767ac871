import { permitsModel } from '../../access/access-rules';
import type { ChatRequest } from '../../llm/chat-request';
import type { Finding, PolicyRule, RequestContext } from './policy-rule';

const ROUTED_NAMES: ReadonlySet<string> = new Set(['', 'auto', 'router']);

/**
 * Refuses a request that names a model its tenant may not use. Routed requests pass: the same rules
 * then filter the candidates, which also catches other names of a denied model.
 */
export class ModelAccessRule implements PolicyRule {
  readonly name = 'model-access';

  inspectRequest(request: Pick<ChatRequest, 'model'>, { policy }: RequestContext): readonly Finding[] {
    const model = request.model?.trim().toLowerCase() ?? '';
    if (ROUTED_NAMES.has(model) || policy.modelRules.deny.length === 0) return [];
    // Only deny lists can be judged by name alone: an allow list may hold another name of the same model.
    const names = [model, model.slice(model.indexOf('/') + 1)];
    const isDenied = !permitsModel({ allow: undefined, deny: policy.modelRules.deny }, names);
    return isDenied ? [{ kind: 'block', reason: 'model_denied' }] : [];
  }
}
