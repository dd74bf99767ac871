import { Injectable } from '@nestjs/common';
import type { ModelCard } from '../../catalog/model-card';
import { Clock } from '../../common/clock';
import { ExpiringMemory } from '../../quota/expiring-memory';
import type { AnswerEvidence } from '../../routing/quality-evidence';
import type { PromptMeaning } from '../../routing/semantic/semantic-index';

/** How long feedback on an answer can still be told what the prompt was like. */
const REMEMBER_MS = 3_600_000;
const MAX_REQUESTS = 5_000;
/** Numbers kept of all tenants, 40 MB of them; embedders differ in how many a vector has. */
const MAX_NUMBERS = 10_000_000;
const MOST_TENANTS = 500;
/** Outcomes kept of each tenant; the newest. */
const MAX_OUTCOMES = 200;
/** Prompts less alike than this are no neighbours. */
const ALIKE = 0.7;
/** A neighbour's outcome says more about a prompt than the average over an intent does. */
const NEIGHBOUR_WEIGHT = 4;

interface RememberedOutcome {
  readonly requestId: string;
  readonly meaning: PromptMeaning;
  readonly model: string;
  readonly score: number;
}

/**
 * Recent answers of each tenant whose goodness became known, by the meaning of their prompts: the neighbours that semantic
 * routing looks at. Vectors are kept in the memory of this process only.
 */
@Injectable()
export class AnswerMemory {
  private readonly meanings: ExpiringMemory<PromptMeaning>;
  private readonly outcomes = new Map<string, RememberedOutcome[]>();

  constructor(private readonly clock: Clock) {
    this.meanings = new ExpiringMemory<PromptMeaning>(REMEMBER_MS, MAX_REQUESTS);
  }

  /** Keeps what a prompt was like until somebody says something about its answer. */
  rememberPrompt(requestId: string, meaning: PromptMeaning): void {
    this.meanings.add(requestId, meaning, this.clock.now());
  }

  /** The answer of a model to a remembered prompt was good or bad, 0..1. The last word about an answer counts, and only that. */
  add(organizationId: string, requestId: string, { model, score }: { model: string; score: number }): void {
    const meaning = this.meanings.get(requestId, this.clock.now());
    if (!meaning) return;
    const before = this.outcomes.get(organizationId) ?? [];
    if (before.length === 0) this.makeRoomFor(meaning);
    const known = before.filter((other) => other.requestId !== requestId || other.model !== model);
    known.push({ requestId, meaning, model, score });
    if (known.length > MAX_OUTCOMES) known.shift();
    this.outcomes.set(organizationId, known);
  }

  private makeRoomFor({ vector }: PromptMeaning): void {
    const tenants = Math.min(
      MOST_TENANTS,
      Math.floor(MAX_NUMBERS / (MAX_OUTCOMES * Math.max(1, vector.length))),
    );
    const [oldest] = this.outcomes.keys();
    if (oldest !== undefined && this.outcomes.size >= tenants) this.outcomes.delete(oldest);
  }

  /** What neighbours of a prompt say about each model; undefined when the tenant has none. */
  neighboursOf(
    organizationId: string,
    meaning: PromptMeaning,
  ): ((card: ModelCard) => AnswerEvidence | undefined) | undefined {
    const found = new Map<string, AnswerEvidence>();
    for (const { meaning: other, model, score } of this.outcomes.get(organizationId) ?? []) {
      if (other.version !== meaning.version) continue;
      const similarity = dot(other.vector, meaning.vector);
      if (similarity < ALIKE) continue;
      const share = NEIGHBOUR_WEIGHT * similarity;
      const { weight, good } = found.get(model) ?? { weight: 0, good: 0 };
      found.set(model, { checked: 0, sound: 0, weight: weight + share, good: good + share * score });
    }
    return found.size === 0 ? undefined : ({ provider, model }) => found.get(`${provider}/${model}`);
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
