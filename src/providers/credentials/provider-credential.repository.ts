import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { ProviderCredentialEntity } from './provider-credential.entity';

/** Stores keys of providers, always encrypted. */
@Injectable()
export class ProviderCredentialRepository {
  constructor(
    @InjectRepository(ProviderCredentialEntity)
    private readonly credentials: Repository<ProviderCredentialEntity>,
  ) {}

  /** Of all organizations: for the memory of a replica and the change of the encryption key. */
  listAll(): Promise<ProviderCredentialEntity[]> {
    return this.credentials.find({ order: { id: 'ASC' } });
  }

  /** Newest first, those older than `beforeId`. */
  list(
    organizationId: string,
    page: { readonly beforeId: string | undefined; readonly limit: number },
  ): Promise<ProviderCredentialEntity[]> {
    return this.credentials.find({
      where: { organizationId, ...(page.beforeId !== undefined && { id: LessThan(page.beforeId) }) },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  find(organizationId: string, id: string): Promise<ProviderCredentialEntity | null> {
    return this.credentials.findOneBy({ organizationId, id });
  }

  /** False when the organization has a key for this provider already. */
  async insert(row: Omit<ProviderCredentialEntity, 'createdAt' | 'updatedAt'>): Promise<boolean> {
    const inserted: { readonly raw: unknown } = await this.credentials
      .createQueryBuilder()
      .insert()
      .values(row)
      .orIgnore()
      .returning('id')
      .execute();
    return Array.isArray(inserted.raw) && inserted.raw.length > 0;
  }

  async update(
    organizationId: string,
    id: string,
    change: Partial<Pick<ProviderCredentialEntity, 'name' | 'keyId' | 'sealed'>>,
  ): Promise<void> {
    await this.credentials.update({ organizationId, id }, change);
  }

  /** Puts the same key under another encryption, unless somebody has replaced it meanwhile. */
  async reseal(
    row: ProviderCredentialEntity,
    sealed: Pick<ProviderCredentialEntity, 'keyId' | 'sealed'>,
  ): Promise<boolean> {
    const { affected } = await this.credentials.update({ id: row.id, sealed: row.sealed }, sealed);
    return affected === 1;
  }

  async delete(organizationId: string, id: string): Promise<void> {
    await this.credentials.delete({ organizationId, id });
  }
}
