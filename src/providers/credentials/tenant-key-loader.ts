import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { PubSub } from '../../platform/pub-sub/pub-sub';
import { CredentialSealer } from './credential-sealer';
import { ProviderCredentialRepository } from './provider-credential.repository';
import { TenantKeys, tenantKeyName, type TenantKey } from './tenant-keys';

const CHANNEL = 'provider-credential-changes';
/** A change whose message was lost is noticed after this time. */
const RELOAD_EVERY_MS = 60_000;

/** Keeps {@link TenantKeys} what the database says: read at start, after every change on any replica, and once a minute. */
@Injectable()
export class TenantKeyLoader implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger('providers.credentials');
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<void> | undefined;
  #again = false;
  #unreadable = 0;

  constructor(
    private readonly repository: ProviderCredentialRepository,
    private readonly sealer: CredentialSealer,
    private readonly keys: TenantKeys,
    private readonly pubSub: PubSub,
  ) {}

  async onModuleInit(): Promise<void> {
    const reload = (): void => void this.reloadQuietly();
    await this.pubSub.subscribe(CHANNEL, { onMessage: reload, onGap: reload });
    await this.reload();
    this.#timer = setInterval(reload, RELOAD_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Call after a change is committed: it holds here when this resolves, and on other replicas within a second. */
  async announce(): Promise<void> {
    await this.reload();
    await this.pubSub.publish(CHANNEL, 'changed').catch(() => {
      this.logger.warn(
        'A changed provider credential could not be announced; replicas notice it within a minute',
      );
    });
  }

  /** One look at a time; whoever asks during one gets the next, which sees their change. */
  private async reload(): Promise<void> {
    while (this.#loading !== undefined) {
      this.#again = true;
      await this.#loading.catch(() => undefined);
    }
    this.#again = false;
    this.#loading = this.load().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  private async reloadQuietly(): Promise<void> {
    if (this.#loading !== undefined && this.#again) return;
    await this.reload().catch(() => {
      this.logger.warn('Provider credentials could not be read; those known go on being used');
    });
  }

  private async load(): Promise<void> {
    const rows = await this.repository.listAll();
    const keys = new Map<string, TenantKey>();
    let unreadable = 0;
    for (const row of rows) {
      const apiKey = this.sealer.open(row);
      if (apiKey === undefined) unreadable += 1;
      keys.set(
        tenantKeyName(row.organizationId, row.provider),
        apiKey === undefined
          ? { kind: 'unreadable', credentialId: row.id }
          : { kind: 'usable', credential: { label: row.id, weight: 1, apiKey, isTenants: true } },
      );
    }
    this.keys.replace(keys);
    if (unreadable > 0 && unreadable !== this.#unreadable)
      this.logger.error(
        `${unreadable} provider credential(s) cannot be read with the keys of ENCRYPTION_KEYS; see docs/provider-credentials.md`,
      );
    this.#unreadable = unreadable;
  }
}
