import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../access/audit-log';
import type { Caller } from '../../access/caller';
import { AppError } from '../../common/app-error';
import { newId } from '../../common/ids';
import type { JsonObject } from '../../common/json';
import { ProviderRegistry } from '../provider-registry';
import { CredentialSealer } from './credential-sealer';
import { CREDENTIAL_ERRORS } from './credentials.errors';
import type { ProviderCredentialEntity } from './provider-credential.entity';
import { ProviderCredentialRepository } from './provider-credential.repository';
import { TenantKeyLoader } from './tenant-key-loader';

export interface CredentialWish {
  readonly provider: string;
  readonly name: string | undefined;
  readonly apiKey: string;
}

export interface CredentialChange {
  readonly name: string | undefined;
  readonly apiKey: string | undefined;
}

export interface CredentialPage {
  readonly credentials: readonly ProviderCredentialEntity[];
  readonly nextCursor: string | null;
}

/** What is done to the keys an organization brought along. They go in and are used, but never come out. */
@Injectable()
export class ProviderCredentialService {
  constructor(
    private readonly repository: ProviderCredentialRepository,
    private readonly sealer: CredentialSealer,
    private readonly loader: TenantKeyLoader,
    private readonly registry: ProviderRegistry,
    private readonly audit: AuditLog,
  ) {}

  async create(caller: Caller, wish: CredentialWish): Promise<ProviderCredentialEntity> {
    this.requireProvider(wish.provider);
    const { organizationId } = caller;
    const owner = { id: newId('crd'), organizationId, provider: wish.provider };
    const { keyId, text } = this.sealer.seal(owner, wish.apiKey);
    const row = { ...owner, name: wish.name ?? wish.provider, keyId, sealed: text };
    if (!(await this.repository.insert(row))) {
      throw new AppError(CREDENTIAL_ERRORS.exists, {
        public: `There is a credential for ${wish.provider} already; change or delete it.`,
        param: 'provider',
      });
    }
    await this.loader.announce();
    await this.record(caller, 'create', { id: owner.id, after: { provider: row.provider, name: row.name } });
    return this.get(organizationId, owner.id);
  }

  async list(
    organizationId: string,
    page: { readonly beforeId: string | undefined; readonly limit: number },
  ): Promise<CredentialPage> {
    const found = await this.repository.list(organizationId, { ...page, limit: page.limit + 1 });
    const credentials = found.slice(0, page.limit);
    return { credentials, nextCursor: found.length > page.limit ? (credentials.at(-1)?.id ?? null) : null };
  }

  async get(organizationId: string, id: string): Promise<ProviderCredentialEntity> {
    const row = await this.repository.find(organizationId, id);
    if (row !== null) return row;
    throw new AppError(CREDENTIAL_ERRORS.notFound, { public: 'There is no such credential.' });
  }

  async update(caller: Caller, id: string, change: CredentialChange): Promise<ProviderCredentialEntity> {
    const { organizationId } = caller;
    const before = await this.get(organizationId, id);
    const sealed = change.apiKey === undefined ? undefined : this.sealer.seal(before, change.apiKey);
    await this.repository.update(organizationId, id, {
      name: change.name ?? before.name,
      ...(sealed && { keyId: sealed.keyId, sealed: sealed.text }),
    });
    await this.loader.announce();
    const after = await this.get(organizationId, id);
    await this.record(caller, 'update', {
      id,
      before: { name: before.name },
      after: { name: after.name, replaced: sealed !== undefined },
    });
    return after;
  }

  async delete(caller: Caller, id: string): Promise<void> {
    const { provider, name } = await this.get(caller.organizationId, id);
    await this.repository.delete(caller.organizationId, id);
    await this.loader.announce();
    await this.record(caller, 'delete', { id, before: { provider, name } });
  }

  /** Whether the key of a row can be used: not when its encryption key is lost. */
  isReadable(row: ProviderCredentialEntity): boolean {
    return this.sealer.open(row) !== undefined;
  }

  private requireProvider(provider: string): void {
    if (this.registry.find(provider) !== undefined) return;
    throw new AppError(CREDENTIAL_ERRORS.unknownProvider, {
      public: 'This installation does not call a provider of that name; GET /v1/providers lists them.',
      param: 'provider',
    });
  }

  private record(
    caller: Caller,
    verb: string,
    change: { readonly id: string; readonly before?: JsonObject; readonly after?: JsonObject },
  ): Promise<void> {
    const { id, before, after } = change;
    return this.audit.record({
      organizationId: caller.organizationId,
      action: `provider_credential.${verb}`,
      outcome: 'success',
      actor: {
        kind: caller.apiKeyId === undefined ? 'user' : 'api_key',
        userId: caller.userId,
        apiKeyId: caller.apiKeyId,
      },
      target: { kind: 'provider_credential', id },
      before,
      after,
    });
  }
}
