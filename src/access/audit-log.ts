import type { JsonObject } from '../common/json';

/** Who did something: a person, a key acting for one, or the service itself. */
export interface AuditActor {
  readonly kind: 'user' | 'api_key' | 'anonymous' | 'system';
  readonly userId?: string;
  readonly apiKeyId?: string;
}

/** Something that happened and must be provable later. Holds no secret, no prompt and no personal data beyond ids and addresses. */
export interface AuditEvent {
  /** The tenant in whose trail it stands. */
  readonly organizationId: string;
  /** `<subject>.<verb>`, such as `api_key.revoke`, `auth.login`, `policy.block`. */
  readonly action: string;
  readonly outcome: 'success' | 'denied' | 'failure';
  readonly actor: AuditActor;
  /** What it was done to. */
  readonly target?: { readonly kind: string; readonly id: string };
  /** State before and after a management change, secrets removed. */
  readonly before?: JsonObject;
  readonly after?: JsonObject;
  readonly details?: JsonObject;
  readonly requestId?: string;
  /** Address of the client. */
  readonly address?: string;
}

/**
 * The audit trail as every module may use it; the module `audit` implements it. Resolves when the event is
 * durable on this process; a management change awaits it, the path of a request does not.
 */
export abstract class AuditLog {
  abstract record(event: AuditEvent): Promise<void>;
}
