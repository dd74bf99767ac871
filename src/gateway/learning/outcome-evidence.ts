import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { DecisionsConfig } from '../../decisions/decisions.config';
import { OutcomeRepository, type OutcomeSum } from '../../decisions/outcomes/outcome.repository';
import type { AnswerEvidence, QualityEvidence } from '../../routing/quality-evidence';
import { OUTCOME_SOURCES, type OutcomeSource } from '../../decisions/outcomes/outcome-count';

/** Outcomes are read anew after this time; in between decisions go on with what is known. */
const FRESH_MS = 60_000;
const MAX_ORGANIZATIONS = 2_000;
const DAY_MS = 86_400_000;

/** How much one outcome of a source says about how good an answer was; a check of its form says nothing about that. */
const WEIGHTS: Readonly<Record<OutcomeSource, number>> = {
  feedback: 1,
  judge: 0.5,
  regeneration: 0.2,
  check: 0,
};

interface Known {
  readonly readAtMs: number;
  /** Outcomes up to this day were left out, because the tenant's router has learned from them. */
  readonly learnedUntil: string | undefined;
  readonly byAnswer: ReadonlyMap<string, AnswerEvidence>;
}

/**
 * What became of each tenant's answers, as routing weighs it. Never keeps a decision waiting: the first ones of a tenant
 * are made without, and while the database is away the last state counts.
 */
@Injectable()
export class OutcomeEvidence {
  private readonly logger = new Logger(OutcomeEvidence.name);
  private readonly known = new Map<string, Known>();
  private readonly reading = new Set<string>();

  constructor(
    private readonly outcomes: OutcomeRepository,
    private readonly config: DecisionsConfig,
    private readonly clock: Clock,
  ) {}

  /** Undefined while nothing is known of a tenant. Outcomes up to `learnedUntil` are in the tenant's router and do not count twice. */
  of(organizationId: string, learnedUntil?: string): QualityEvidence | undefined {
    if (!this.config.learnFromOutcomes) return undefined;
    const known = this.known.get(organizationId);
    const isOther = known?.learnedUntil !== learnedUntil;
    if (!known || isOther || this.clock.now() - known.readAtMs > FRESH_MS)
      void this.refresh(organizationId, learnedUntil);
    if (!known || isOther || known.byAnswer.size === 0) return undefined;
    return ({ provider, model }, intent) => known.byAnswer.get(nameOf(provider, model, intent));
  }

  /** Reads a tenant's outcomes now. Never rejects. */
  async refresh(organizationId: string, learnedUntil?: string): Promise<void> {
    if (this.reading.has(organizationId)) return;
    this.reading.add(organizationId);
    try {
      const kept = this.clock.now() - this.config.retentionDays * DAY_MS;
      const fresh = learnedUntil === undefined ? kept : Date.parse(`${learnedUntil}T00:00:00Z`) + DAY_MS;
      const since = new Date(Math.max(kept, fresh)).toISOString().slice(0, 10);
      const sums = await this.outcomes.sumByModel(organizationId, since);
      this.keep(organizationId, { readAtMs: this.clock.now(), learnedUntil, byAnswer: evidenceIn(sums) });
    } catch (error) {
      this.logger.debug({ err: error }, 'outcomes could not be read');
    } finally {
      this.reading.delete(organizationId);
    }
  }

  private keep(organizationId: string, known: Known): void {
    const [oldest] = this.known.keys();
    if (oldest !== undefined && this.known.size >= MAX_ORGANIZATIONS) this.known.delete(oldest);
    this.known.delete(organizationId);
    this.known.set(organizationId, known);
  }
}

function evidenceIn(sums: readonly OutcomeSum[]): ReadonlyMap<string, AnswerEvidence> {
  const found = new Map<string, AnswerEvidence>();
  for (const { provider, model, intent, source, count, scoreSum } of sums) {
    const name = nameOf(provider, model, intent);
    const { checked, sound, weight, good } = found.get(name) ?? { checked: 0, sound: 0, weight: 0, good: 0 };
    const share = WEIGHTS[OUTCOME_SOURCES.find((known) => known === source) ?? 'check'];
    const isCheck = source === 'check';
    found.set(name, {
      checked: checked + (isCheck ? count : 0),
      sound: sound + (isCheck ? scoreSum : 0),
      weight: weight + share * count,
      good: good + share * scoreSum,
    });
  }
  return found;
}

function nameOf(provider: string, model: string, intent: string): string {
  return `${provider}/${model} ${intent}`;
}
