import { Injectable } from '@nestjs/common';
import { changeEvent, type Acting } from '../../access/acting';
import { AuditLog } from '../../access/audit-log';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { newId } from '../../common/ids';
import { toPage, type Page } from '../../common/page';
import { isUniqueViolation } from '../../platform/database/constraint-violation';
import { LlmIntentConfig } from '../../routing/intent/llm-intent.config';
import { OBJECTIVES } from '../../routing/objective';
import { RouterService } from '../../routing/router.service';
import { readObjective } from '../../routing/routing-preference';
import { ExperimentRepository, type NewExperiment, type VariantResult } from './experiment.repository';
import type { RoutingExperiment, Variant } from './steering';
import { STEERING_ERRORS } from './steering.errors';

/** Starts and stops comparisons of routing policies. */
@Injectable()
export class ExperimentService {
  constructor(
    private readonly experiments: ExperimentRepository,
    private readonly router: RouterService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly llmIntent: LlmIntentConfig,
  ) {}

  /** 409 while another experiment of the organization runs; 400 for a strategy that does not exist, or a classifier that is not configured. */
  async start(
    acting: Acting,
    wish: Pick<NewExperiment, 'name' | 'splitBy' | 'variants'>,
  ): Promise<RoutingExperiment> {
    const { organizationId } = acting.caller;
    this.requireValid(wish.variants);
    const id = newId('exp', this.clock.now());
    try {
      await this.experiments.insert({ ...wish, id, organizationId });
    } catch (error) {
      throw isUniqueViolation(error) ? anotherRuns() : error;
    }
    await this.record(acting, id, 'routing_experiment.start');
    return this.get(organizationId, id);
  }

  async stop(acting: Acting, id: string): Promise<RoutingExperiment> {
    const { organizationId } = acting.caller;
    await this.get(organizationId, id);
    if (await this.experiments.stop(organizationId, id))
      await this.record(acting, id, 'routing_experiment.stop');
    return this.get(organizationId, id);
  }

  async get(organizationId: string, id: string): Promise<RoutingExperiment> {
    const found = await this.experiments.find(organizationId, id);
    if (!found)
      throw new AppError(STEERING_ERRORS.notFound, { public: 'There is no such experiment.', param: 'id' });
    return found;
  }

  async list(
    organizationId: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  ): Promise<Page<RoutingExperiment>> {
    const found = await this.experiments.list(organizationId, { beforeId: cursor, limit: limit + 1 });
    return toPage(found, limit, ({ id }) => id);
  }

  /** What became of each variant's requests; 404 for an unknown experiment. */
  async results(organizationId: string, id: string): Promise<readonly VariantResult[]> {
    await this.get(organizationId, id);
    return this.experiments.results(organizationId, id);
  }

  private requireValid(variants: readonly Variant[]): void {
    const names = new Set(variants.map(({ name }) => name));
    if (names.size < variants.length) throw invalid('Two variants have the same name.', 'variants');
    for (const [index, variant] of variants.entries()) this.requireUsable(variant, `variants[${index}]`);
  }

  private requireUsable(variant: Variant, place: string): void {
    const { strategy, objective, intentClassifier } = variant;
    if (intentClassifier === 'llm' && this.llmIntent.model === undefined)
      throw invalid('INTENT_LLM_MODEL is not set.', `${place}.intent_classifier`);
    if (strategy !== undefined && !this.router.knowsPreference(strategy))
      throw invalid(
        `There is no such strategy; there are ${[...this.router.strategyNames(), ...OBJECTIVES].join(', ')}.`,
        `${place}.strategy`,
      );
    // An engine in its place would change nothing, and the experiment would compare two equal policies.
    if (objective !== undefined && readObjective(objective) === undefined)
      throw invalid(`There is no such objective; there are ${OBJECTIVES.join(', ')}.`, `${place}.objective`);
  }

  private record(acting: Acting, id: string, action: string): Promise<void> {
    const { organizationId } = acting.caller;
    const target = { kind: 'routing_experiment', id };
    return this.audit.record(changeEvent(acting, { action, organizationId, target }));
  }
}

function anotherRuns(): AppError {
  return new AppError(STEERING_ERRORS.experimentRunning, {
    public: 'Another experiment is running. Stop it first.',
  });
}

function invalid(text: string, param: string): AppError {
  return new AppError(STEERING_ERRORS.validation, { public: text, param });
}
