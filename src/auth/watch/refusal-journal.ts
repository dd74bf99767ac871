import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import { Clock } from '../../common/clock';
import { networkOf } from '../../common/network-of';
import { SecurityEventStore } from '../../tenancy/security/security-event-store';
import { SecurityWatchConfig } from '../../tenancy/security/security-watch.config';
import { OrganizationRepository } from '../../tenancy/organization.repository';

/** Somebody was refused before it was known who they are. */
export interface Refusal {
  /** `auth.login` for a password or a refresh token, `auth.refuse` for a key or token on any route. */
  readonly action: 'auth.login' | 'auth.refuse';
  /** Code of the error that was answered. */
  readonly reason: string;
  readonly address: string | undefined;
  /** The account that was tried, when it exists, and its organization. */
  readonly userId?: string;
  readonly organizationId?: string;
}

interface Tally {
  readonly refusal: Refusal;
  readonly network: string;
  readonly firstAtMs: number;
  lastAtMs: number;
  count: number;
}

interface Burst {
  readonly kind: 'address' | 'user';
  readonly id: string;
  readonly refusal: Refusal;
  count: number;
}

const FLUSH_EVERY_MS = 60_000;
const MAX_TALLIES = 1_000;
const NETWORK = { v4Bits: 32, v6Bits: 64 };
const HOME_TENANT = 'default';

/**
 * Refused authentications, counted per address, reason and account, and recorded in the audit trail once a minute: a burst of
 * a million guesses is one event that says so. Memory is bounded; what exceeds it is counted together.
 */
@Injectable()
export class RefusalJournal implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('auth');
  readonly #tallies = new Map<string, Tally>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly organizations: OrganizationRepository,
    private readonly events: SecurityEventStore,
    private readonly config: SecurityWatchConfig,
  ) {}

  onModuleInit(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  note(refusal: Refusal): void {
    const nowMs = this.clock.now();
    const network = networkOf(refusal.address, NETWORK);
    const key = [refusal.action, refusal.reason, network, refusal.userId, refusal.organizationId].join(' ');
    const known = this.#tallies.get(key) ?? this.add(key, { refusal, network, nowMs });
    known.count += 1;
    known.lastAtMs = nowMs;
  }

  /** Records what has gathered; a failure of the trail is logged and loses these counts only. */
  async flush(): Promise<void> {
    const tallies = [...this.#tallies.values()];
    this.#tallies.clear();
    for (const tally of tallies) await this.record(tally);
    await this.reportBursts(tallies);
  }

  private add(
    key: string,
    { refusal, network, nowMs }: { refusal: Refusal; network: string; nowMs: number },
  ): Tally {
    const isFull = this.#tallies.size >= MAX_TALLIES;
    const name = isFull ? `${refusal.action} others` : key;
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    const tally: Tally = {
      refusal: isFull ? { action: refusal.action, reason: 'various', address: undefined } : refusal,
      network: isFull ? 'various' : network,
      firstAtMs: nowMs,
      lastAtMs: nowMs,
      count: 0,
    };
    this.#tallies.set(name, tally);
    return tally;
  }

  /** Many refusals of one address, or at one account, are worth more than a line in the trail. */
  private async reportBursts(tallies: readonly Tally[]): Promise<void> {
    const bursts = new Map<string, Burst>();
    for (const { refusal, network, count } of tallies) {
      add(bursts, { kind: 'address', id: network, refusal, count });
      if (refusal.userId !== undefined) add(bursts, { kind: 'user', id: refusal.userId, refusal, count });
    }
    for (const burst of bursts.values()) {
      if (burst.count >= this.config.refusalBurst) await this.report(burst);
    }
  }

  private async report({ kind, id, refusal, count }: Burst): Promise<void> {
    // Told once an hour at most.
    const hour = new Date(this.clock.now()).toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
    try {
      await this.events.note({
        dedupeKey: `failed_logins/${id}/${hour}`,
        organizationId: await this.organizationOf(kind === 'user' ? refusal : undefined),
        kind: 'failed_logins',
        subjectKind: kind,
        subjectId: id,
        address: refusal.address ?? null,
        facts: { refused_in_a_minute: count },
      });
    } catch {
      this.logger.error(`A burst of ${count} refused authentications could not be noted`);
    }
  }

  /** Refusals of nobody in particular are the business of the tenant that exists in every installation. */
  private async organizationOf(refusal: Refusal | undefined): Promise<string> {
    return refusal?.organizationId ?? (await this.organizations.findBySlug(HOME_TENANT))?.id ?? HOME_TENANT;
  }

  private async record({ refusal, network, firstAtMs, lastAtMs, count }: Tally): Promise<void> {
    try {
      const organizationId = await this.organizationOf(refusal);
      await this.audit.record({
        organizationId,
        action: refusal.action,
        outcome: 'denied',
        actor: { kind: 'anonymous' },
        ...(refusal.userId !== undefined && { target: { kind: 'user', id: refusal.userId } }),
        address: refusal.address,
        details: {
          reason: refusal.reason,
          network,
          count,
          first_at: new Date(firstAtMs).toISOString(),
          last_at: new Date(lastAtMs).toISOString(),
        },
      });
    } catch {
      this.logger.error(`${count} refused authentication(s) (${refusal.reason}) could not be recorded`);
    }
  }
}

function add(bursts: Map<string, Burst>, burst: Burst): void {
  const known = bursts.get(burst.id);
  if (known === undefined) bursts.set(burst.id, burst);
  else known.count += burst.count;
}
