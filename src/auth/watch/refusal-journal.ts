import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import { Clock } from '../../common/clock';
import { networkOf } from '../../common/network-of';
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

  private async record({ refusal, network, firstAtMs, lastAtMs, count }: Tally): Promise<void> {
    try {
      const organizationId =
        refusal.organizationId ?? (await this.organizations.findBySlug(HOME_TENANT))?.id ?? HOME_TENANT;
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
