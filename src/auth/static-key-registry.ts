import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ROLE_PERMISSIONS } from '../access/permissions';
import { MemberRepository } from '../tenancy/member.repository';
import { OrganizationRepository } from '../tenancy/organization.repository';
import { ApiKeyHasher } from './api-key';
import { ApiKeyRepository } from './api-key.repository';
import { AuthConfig } from './auth.config';
import type { StaticKey } from './static-key';

const ID_CHARACTERS = 20;

/**
 * The keys of ALLOWED_API_KEYS. Each has a row and a user of its own, with ids derived from the key, so that limits and
 * books attribute correctly; it is accepted only while the configuration of this process lists it.
 */
@Injectable()
export class StaticKeyRegistry {
  /** SHA-256 of a key → the hash its row is stored under. */
  readonly #rowHashes = new Map<string, string>();

  constructor(
    private readonly config: AuthConfig,
    private readonly hasher: ApiKeyHasher,
    private readonly organizations: OrganizationRepository,
    private readonly members: MemberRepository,
    private readonly keys: ApiKeyRepository,
  ) {
    for (const entry of config.staticKeys)
      this.#rowHashes.set(digestOf(entry.key.reveal()), this.rowHash(entry));
  }

  /** The hash to look a key up by; undefined when its digest belongs to no static key. */
  findRowHash(digest: string): string | undefined {
    return this.#rowHashes.get(digest);
  }

  /** Makes the rows; runs at every start and is safe in several replicas at once. */
  async store(): Promise<void> {
    for (const entry of this.config.staticKeys) await this.storeOne(entry);
  }

  private async storeOne(entry: StaticKey): Promise<void> {
    const rowHash = this.rowHash(entry);
    const mark = rowHash.slice(0, ID_CHARACTERS);
    const name = `Static key ${mark.slice(0, 6)}`;
    const organization = await this.organizations.ensure(entry.tenant, entry.tenant);
    const userId = await this.members.ensureMember(
      organization.id,
      { id: `usr_static_${mark}`, name },
      entry.role,
    );
    await this.keys.upsertStatic({
      id: `key_static_${mark}`,
      organizationId: organization.id,
      userId,
      name,
      prefix: `static_${mark.slice(0, 6)}`,
      hash: rowHash,
      permissions: [...ROLE_PERMISSIONS[entry.role]],
    });
  }

  /** The tenant is part of it: the same key moved to another tenant is another owner in the books. */
  private rowHash(entry: StaticKey): string {
    return this.hasher.hash(`static ${entry.tenant} ${entry.key.reveal()}`);
  }
}

/** What a token is remembered under in memory; of the whole token, so that no part of one can stand for it. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
