import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import { ModelCatalog } from '../../catalog/model-catalog';
import { AppError } from '../../common/app-error';
import type { JsonObject } from '../../common/json';
import { toPage, type Page } from '../../common/page';
import { isUniqueViolation } from '../../platform/database/constraint-violation';
import { insistedModel } from '../../routing/routed-name';
import { ModelAliasRepository } from './model-alias.repository';
import type { AliasTarget, ModelAlias } from './steering';
import { STEERING_ERRORS } from './steering.errors';

/** Aliases of a tenant. A name never hides a model, and an alias leads to models only, not to other aliases. */
@Injectable()
export class ModelAliasService {
  constructor(
    private readonly aliases: ModelAliasRepository,
    private readonly catalog: ModelCatalog,
    private readonly audit: AuditLog,
  ) {}

  async create(acting: Acting, name: string, targets: readonly AliasTarget[]): Promise<ModelAlias> {
    const { organizationId } = acting.caller;
    if (insistedModel(name) === undefined || this.catalog.findByName(name).length > 0) throw taken(name);
    this.requireKnown(targets);
    try {
      await this.aliases.insert(organizationId, name, targets);
    } catch (error) {
      throw isUniqueViolation(error) ? taken(name) : error;
    }
    await this.record(acting, name, { action: 'model_alias.create', after: { targets } });
    return this.get(organizationId, name);
  }

  async update(acting: Acting, name: string, targets: readonly AliasTarget[]): Promise<ModelAlias> {
    const { organizationId } = acting.caller;
    const before = await this.get(organizationId, name);
    this.requireKnown(targets);
    if (!(await this.aliases.update(organizationId, name, targets))) throw notFound();
    await this.record(acting, name, {
      action: 'model_alias.update',
      before: { targets: before.targets },
      after: { targets },
    });
    return this.get(organizationId, name);
  }

  async remove(acting: Acting, name: string): Promise<void> {
    const { organizationId } = acting.caller;
    const before = await this.get(organizationId, name);
    if (!(await this.aliases.remove(organizationId, name))) throw notFound();
    await this.record(acting, name, { action: 'model_alias.delete', before: { targets: before.targets } });
  }

  async get(organizationId: string, name: string): Promise<ModelAlias> {
    const found = await this.aliases.find(organizationId, name);
    if (!found) throw notFound();
    return found;
  }

  async list(
    organizationId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<ModelAlias>> {
    const afterName = cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString('utf8');
    if (afterName?.includes('\0') === true)
      throw new AppError(STEERING_ERRORS.validation, {
        public: 'cursor is not one of ours',
        param: 'cursor',
      });
    const found = await this.aliases.list(organizationId, { afterName, limit: limit + 1 });
    return toPage(found, limit, ({ name }) => Buffer.from(name).toString('base64url'));
  }

  private requireKnown(targets: readonly AliasTarget[]): void {
    for (const [index, { model }] of targets.entries()) {
      const isRouted = insistedModel(model) === undefined;
      if (isRouted ? model !== 'auto' : this.catalog.findByName(model).length === 0)
        throw new AppError(STEERING_ERRORS.validation, {
          public: 'There is no such model.',
          param: `targets[${index}].model`,
        });
    }
  }

  private record(
    acting: Acting,
    name: string,
    change: { readonly action: string; readonly before?: JsonObject; readonly after?: JsonObject },
  ): Promise<void> {
    const { organizationId } = acting.caller;
    const target = { kind: 'model_alias', id: name };
    return this.audit.record(changeEvent(acting, { ...change, organizationId, target }));
  }
}

function taken(name: string): AppError {
  return new AppError(STEERING_ERRORS.nameTaken, {
    public: `The name '${name}' is taken by a model or another alias.`,
    param: 'name',
  });
}

function notFound(): AppError {
  return new AppError(STEERING_ERRORS.notFound, { public: 'There is no such alias.', param: 'name' });
}
