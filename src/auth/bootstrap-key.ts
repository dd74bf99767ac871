import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { ROLE_PERMISSIONS } from '../access/permissions';
import { newId } from '../common/ids';
import { DataDirectoryConfig } from '../platform/config/data-directory.config';
import { DatabaseServer } from '../platform/database/database-server';
import { MemberRepository } from '../tenancy/member.repository';
import { ApiKeyHasher, displayPrefix, newApiKey } from './api-key';
import { ApiKeyRepository } from './api-key.repository';
import { readText, writePrivateFile } from '../platform/config/secret-file';

/**
 * What the start lines can say about the administrator's key. `created`: made at this start, shown this once. `kept`: made at
 * an earlier start and still in the file. `none`: there is nothing to show (services shape, or the file was removed).
 */
export type BootstrapKeyState =
  | { readonly kind: 'created'; readonly key: string; readonly path: string }
  | { readonly kind: 'kept'; readonly path: string }
  | { readonly kind: 'none' };

const FILE_NAME = 'admin-key';

/**
 * Embedded shape: while no administrator has a working key, one is made and written to `<data directory>/admin-key`, readable
 * by the owner of the process only, as the database beside it is. So revoking the last one and starting again is the way back in.
 */
@Injectable()
export class BootstrapKey {
  #state: BootstrapKeyState = { kind: 'none' };

  constructor(
    private readonly server: DatabaseServer,
    private readonly directory: DataDirectoryConfig,
    private readonly members: MemberRepository,
    private readonly hasher: ApiKeyHasher,
    private readonly keys: ApiKeyRepository,
  ) {}

  /** For the start lines; the key of `created` is handed out once. */
  take(): BootstrapKeyState {
    const state = this.#state;
    if (state.kind === 'created') this.#state = { kind: 'kept', path: state.path };
    return state;
  }

  async ensure(organizationId: string): Promise<void> {
    if (this.server.shape !== 'embedded') return;
    const path = join(this.directory.dataDir, FILE_NAME);
    if (await this.keys.hasActiveIssuedKey('admin')) {
      this.#state = (await this.isKept(path)) ? { kind: 'kept', path } : { kind: 'none' };
      return;
    }
    this.#state = { kind: 'created', key: await this.create(organizationId, path), path };
  }

  /** The file first: a key without row is replaced at the next start, a row whose key nobody knows is not. */
  private async create(organizationId: string, path: string): Promise<string> {
    const key = newApiKey();
    writePrivateFile(path, key);
    const userId =
      (await this.members.findUserIdWithRole(organizationId, 'admin')) ??
      (await this.members.ensureMember(organizationId, { name: 'Administrator' }, 'admin'));
    await this.keys.insert({
      id: newId('key'),
      organizationId,
      projectId: null,
      userId,
      kind: 'issued',
      name: 'First administrator key',
      prefix: displayPrefix(key),
      hash: this.hasher.hash(key),
      permissions: [...ROLE_PERMISSIONS.admin],
      allowedModels: null,
      allowedIps: null,
      limits: {},
      expiresAt: null,
    });
    return key;
  }

  private async isKept(path: string): Promise<boolean> {
    const key = readText(path);
    return key !== undefined && (await this.keys.findActiveByHash(this.hasher.hash(key))) !== undefined;
  }
}
