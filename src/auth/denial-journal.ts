import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { auditFacts, actingOf } from '../access/acting';
import { AuditLog, type AuditEvent } from '../access/audit-log';
import type { GatewayRequest } from '../access/gateway-request';
import type { Permission } from '../access/permissions';

const FLUSH_EVERY_MS = 60_000;
const MAX_TALLIES = 1_000;

/**
 * Denials of permissions for the audit trail: the first of a caller for a permission at once, what follows within the minute as
 * one event with a count. Memory is bounded; callers beyond it are recorded one by one.
 */
@Injectable()
export class DenialJournal implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('auth');
  readonly #tallies = new Map<string, { readonly event: AuditEvent; repeated: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly audit: AuditLog) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Never fails the request, and is not waited for. */
  note(request: GatewayRequest, anyOf: readonly Permission[]): void {
    const acting = actingOf(request);
    const { organizationId, userId, apiKeyId } = acting.caller;
    const name = `${apiKeyId ?? userId} ${anyOf.join(' ')}`;
    const known = this.#tallies.get(name);
    if (known !== undefined) {
      known.repeated += 1;
      return;
    }
    const event: AuditEvent = {
      organizationId,
      action: 'permission.deny',
      outcome: 'denied',
      ...auditFacts(acting),
      details: { required: anyOf, method: request.method, route: routeOf(request) },
    };
    if (this.#tallies.size < MAX_TALLIES) this.#tallies.set(name, { event, repeated: 0 });
    void this.record(event);
  }

  /** Records what was repeated since the last time. */
  async flush(): Promise<void> {
    const tallies = [...this.#tallies.values()].filter(({ repeated }) => repeated > 0);
    this.#tallies.clear();
    for (const { event, repeated } of tallies)
      await this.record({ ...event, details: { ...event.details, repeated } });
  }

  private async record(event: AuditEvent): Promise<void> {
    try {
      await this.audit.record(event);
    } catch {
      this.logger.error('A denial of a permission could not be recorded');
    }
  }
}

/** The pattern, not the path: ids stay out. */
function routeOf(request: GatewayRequest): string {
  const route: unknown = request.route;
  const path: unknown = typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined;
  return typeof path === 'string' ? path : 'unknown';
}
