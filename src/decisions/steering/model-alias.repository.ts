import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { ModelAliasEntity } from './model-alias.entity';
import { toTargets, type AliasTarget, type ModelAlias } from './steering';

/** Aliases of tenants. */
@Injectable()
export class ModelAliasRepository {
  constructor(@InjectRepository(ModelAliasEntity) private readonly aliases: Repository<ModelAliasEntity>) {}

  /** Fails with a unique violation when the name is taken. */
  async insert(organizationId: string, name: string, targets: readonly AliasTarget[]): Promise<void> {
    await this.aliases.insert({ organizationId, name, targets: [...targets] });
  }

  /** False when there is no such alias. */
  async update(organizationId: string, name: string, targets: readonly AliasTarget[]): Promise<boolean> {
    const change = { targets: [...targets], updatedAt: () => 'now()' };
    return (await this.aliases.update({ organizationId, name }, change)).affected === 1;
  }

  async remove(organizationId: string, name: string): Promise<boolean> {
    return (await this.aliases.delete({ organizationId, name })).affected === 1;
  }

  async find(organizationId: string, name: string): Promise<ModelAlias | undefined> {
    const found = await this.aliases.findOneBy({ organizationId, name });
    return found ? toAlias(found) : undefined;
  }

  /** By name; those after a name for the next page. */
  async list(
    organizationId: string,
    page: { readonly afterName?: string | undefined; readonly limit: number },
  ): Promise<readonly ModelAlias[]> {
    const found = await this.aliases.find({
      where: { organizationId, ...(page.afterName !== undefined && { name: MoreThan(page.afterName) }) },
      order: { name: 'ASC' },
      take: page.limit,
    });
    return found.map(toAlias);
  }
}

function toAlias({ name, targets, createdAt, updatedAt }: ModelAliasEntity): ModelAlias {
  return {
    name,
    targets: toTargets(targets),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
