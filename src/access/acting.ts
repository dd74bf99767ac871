import type { JsonObject } from '../common/json';
import type { AuditEvent } from './audit-log';
import type { Caller } from './caller';
import { callerOf, type GatewayRequest } from './gateway-request';

/** Who makes a management change, and what the audit trail says about the request. */
export interface Acting {
  readonly caller: Caller;
  readonly requestId: string;
  readonly address: string | undefined;
}

/** A management change as its service describes it. */
export interface ManagementChange {
  readonly organizationId: string;
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly before?: JsonObject;
  readonly after?: JsonObject;
}

export function actingOf(request: GatewayRequest): Acting {
  return { caller: callerOf(request), requestId: request.state.requestId, address: request.ip };
}

/** The audit event of a change that was made; secrets have no place in `before` and `after`. */
export function changeEvent(acting: Acting, change: ManagementChange): AuditEvent {
  return { ...change, outcome: 'success', ...auditFacts(acting) };
}

/** Actor, request and address of an event. */
export function auditFacts({
  caller,
  requestId,
  address,
}: Acting): Pick<AuditEvent, 'actor' | 'requestId' | 'address'> {
  return {
    actor:
      caller.apiKeyId === undefined
        ? { kind: 'user', userId: caller.userId }
        : { kind: 'api_key', userId: caller.userId, apiKeyId: caller.apiKeyId },
    requestId,
    address,
  };
}
