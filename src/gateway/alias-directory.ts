import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller';
import type { AliasTarget } from '../decisions/steering/steering';
import { SteeringBook } from '../decisions/steering/steering-book';
import type { ModelDto } from './dto/model.dto';
import { ModelDirectory } from './model-directory';

/** Not a vendor: the organization has made the name. */
const OWNER = 'organization';

/** The names the caller's organization has given models, as far as the caller may use what they lead to. */
@Injectable()
export class AliasDirectory {
  constructor(
    private readonly book: SteeringBook,
    private readonly models: ModelDirectory,
  ) {}

  async list(caller: Caller): Promise<readonly ModelDto[]> {
    const { aliases } = await this.book.of(caller.organizationId);
    return [...aliases].flatMap(([name, targets]) => this.toModel(caller, name, targets) ?? []);
  }

  async find(caller: Caller, name: string): Promise<ModelDto | undefined> {
    const { aliases } = await this.book.of(caller.organizationId);
    const targets = aliases.get(name);
    return targets && this.toModel(caller, name, targets);
  }

  /** With price and abilities where it leads to one model only. */
  private toModel(caller: Caller, name: string, targets: readonly AliasTarget[]): ModelDto | undefined {
    const usable = targets.flatMap(({ model, weight }) => {
      const found = this.models.findModel(caller, model);
      return found ? [{ model: found, weight }] : [];
    });
    const [first] = usable;
    if (!first) return undefined;
    const { created, object, pricing, context_window, max_output_tokens, capabilities, regions } =
      first.model;
    const facts = { pricing, context_window, max_output_tokens, capabilities, regions };
    return {
      id: name,
      object,
      created,
      owned_by: OWNER,
      ...(usable.length === 1 && facts),
      leads_to: usable.map(({ model, weight }) => ({ model: model.id, weight })),
    };
  }
}
