import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import { AppError } from '../../common/app-error';
import { newId } from '../../common/ids';
import { isForeignKeyViolation } from '../../platform/database/constraint-violation';
import { CATALOG_ERRORS } from '../catalog.errors';
import type { ModelCard } from '../model-card';
import { ModelCatalog } from '../model-catalog';
import { comparePrice } from './compare-prices';
import { EffectivePrices } from './effective-prices';
import type { PriceOverride } from './merge-prices';
import { toStoredPrices } from './price-update';
import type { PriceUpdateStatus } from './price-update-status';
import type { PriceUpdateEntity } from './price-update.entity';
import { PriceUpdateRepository, type PriceUpdateFilter } from './price-update.repository';

/** Prices that somebody wants to count. */
export interface PriceProposal {
  /** Undefined: for everybody. */
  readonly organizationId: string | undefined;
  readonly source: string;
  readonly prices: readonly ProposedPrice[];
}

export interface ProposedPrice extends PriceOverride {
  readonly provider: string;
  readonly model: string;
}

type NewUpdate = Omit<PriceUpdateEntity, 'createdAt'>;

/**
 * The way by which prices change while the service runs. What the comparison with the price in force finds nothing wrong with
 * counts at once, the rest waits for approval: a price list with a slip must not become a bill.
 */
@Injectable()
export class PriceUpdatesService {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly effective: EffectivePrices,
    private readonly updates: PriceUpdateRepository,
    private readonly audit: AuditLog,
  ) {}

  list(filter: PriceUpdateFilter): Promise<PriceUpdateEntity[]> {
    return this.updates.list(filter);
  }

  /** All or nothing: an unknown model or organization refuses the whole proposal. */
  async propose(acting: Acting, proposal: PriceProposal): Promise<readonly PriceUpdateEntity[]> {
    const rows = proposal.prices.map((price) => this.toUpdate(proposal, price));
    try {
      await this.updates.insert(rows);
    } catch (error) {
      if (isForeignKeyViolation(error)) throw notFound('organization');
      throw error;
    }
    await this.announce(acting, 'price.propose', rows);
    const stored = await Promise.all(rows.map(({ id }) => this.updates.find(id)));
    return stored.filter((row) => row !== null);
  }

  approve(acting: Acting, id: string): Promise<PriceUpdateEntity> {
    return this.change(acting, id, { action: 'price.approve', from: ['quarantined'], to: 'active' });
  }

  reject(acting: Acting, id: string): Promise<PriceUpdateEntity> {
    return this.change(acting, id, { action: 'price.reject', from: ['quarantined'], to: 'rejected' });
  }

  /** The list counts again, or an earlier update. */
  withdraw(acting: Acting, id: string): Promise<PriceUpdateEntity> {
    return this.change(acting, id, { action: 'price.withdraw', from: ['active'], to: 'withdrawn' });
  }

  private toUpdate({ organizationId, source }: PriceProposal, price: ProposedPrice): NewUpdate {
    const card = this.catalog.find(price.provider, price.model);
    if (!card) throw unknownModel(price);
    const findings = comparePrice(this.priceInForce(organizationId, card), price);
    return {
      id: newId('prc'),
      organizationId: organizationId ?? null,
      provider: card.provider,
      model: this.catalog.modelOf(card.provider, card.model),
      validFrom: price.validFrom,
      validTo: price.validTo ?? null,
      ...toStoredPrices(price),
      source,
      status: findings.length === 0 ? 'active' : 'quarantined',
      findings: findings.map(({ kind, bucket }) => (bucket === undefined ? kind : `${kind}:${bucket}`)),
    };
  }

  private priceInForce(organizationId: string | undefined, card: ModelCard): ModelCard {
    return this.effective.cardFor(organizationId ?? '', card);
  }

  private async change(
    acting: Acting,
    id: string,
    { action, from, to }: { action: string; from: readonly PriceUpdateStatus[]; to: PriceUpdateStatus },
  ): Promise<PriceUpdateEntity> {
    const changed = await this.updates.change(id, from, to);
    if (!changed) {
      if ((await this.updates.find(id)) === null) throw notFound('price update');
      throw new AppError(CATALOG_ERRORS.decided, {
        public: `Only a price that is ${from.join(' or ')} can be.`,
      });
    }
    await this.announce(acting, action, [changed]);
    return changed;
  }

  /** Prices belong to the installation: the change stands in the trail of the administrator's organization. */
  private async announce(acting: Acting, action: string, rows: readonly NewUpdate[]): Promise<void> {
    await this.effective.announce();
    for (const { id, provider, model, status, findings, perMillion, validFrom, organizationId } of rows) {
      await this.audit.record(
        changeEvent(acting, {
          organizationId: acting.caller.organizationId,
          action,
          target: { kind: 'price_update', id },
          after: {
            provider,
            model,
            status,
            findings,
            valid_from: validFrom,
            per_million: perMillion,
            for_organization: organizationId,
          },
        }),
      );
    }
  }
}

function notFound(what: string): AppError {
  return new AppError(CATALOG_ERRORS.notFound, { public: `There is no such ${what}.` });
}

function unknownModel({ provider, model }: ProposedPrice): AppError {
  return new AppError(CATALOG_ERRORS.validation, {
    public: `The catalogue has no model ${provider}/${model}.`.slice(0, 300),
    param: 'prices',
  });
}
