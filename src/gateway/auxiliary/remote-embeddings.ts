import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import type { NanoUsd } from '../../common/money';
import { toUnitLength } from '../../common/unit-length';
import type { Embedder } from '../../llm/embedder';
import { EmbedderRefusal } from '../../llm/embedder-refusal';
import type { EmbeddingRequest } from '../../llm/embedding-request';
import type { EmbeddingVector } from '../../llm/embedding-result';
import { ConfigProblems } from '../../platform/config/load-config';
import { embeddedWindow } from '../../platform/embedding/embedded-window';
import { EmbeddingConfig } from '../../platform/embedding/embedding.config';
import { ExpiringMemory } from '../../quota/expiring-memory';
import { keyOfCard } from '../../routing/candidate';
import { EmbeddingPlanner, type EmbeddingPlan } from '../embedding-planner';
import { EmbeddingService } from '../embedding.service';
import type { EmbeddingRun } from '../execution/chat-run';
import { CHAT_ENDPOINT } from '../execution/endpoints';
import { questionOfEmbedding } from '../execution/question-of';
import { AuxiliaryCalls, type AuxiliaryRun } from './auxiliary-calls';
import { PART_OF_CEILING, type Undecided } from './undecided';

/** Vectors of models that give shorter ones have so many numbers: enough to tell prompts apart. */
const SHORT_VECTOR = 256;
const REMEMBER_MS = 3_600_000;
const MAX_REMEMBERED = 4_000;
/** Nobody waits for so long for a prompt; the exemplars may take their time. */
const TIMEOUT_MS = 30_000;
const VERSION_DIGITS = 16;

interface RemoteModel {
  /** As the settings name it. */
  readonly name: string;
  readonly dimensions: number;
  /** Asked for, where the model can give shorter vectors. */
  readonly shortened: boolean;
  readonly version: string;
}

/** Asks a vendor in the name of one request, and adds up what that cost. */
export interface RequestEmbedder extends Embedder {
  readonly costNanoUsd: NanoUsd;
}

/**
 * Vectors from an embedding model of the catalogue. Every call is under the tenant's rules, has a hold, and is booked for the tenant;
 * what a tenant has asked within the last hour is not asked again.
 */
@Injectable()
export class RemoteEmbeddings implements OnModuleInit {
  private readonly recent = new ExpiringMemory<Float32Array>(REMEMBER_MS, MAX_REMEMBERED);
  private model: RemoteModel | undefined;

  constructor(
    private readonly config: EmbeddingConfig,
    private readonly planner: EmbeddingPlanner,
    private readonly embeddings: EmbeddingService,
    private readonly calls: AuxiliaryCalls,
    private readonly clock: Clock,
  ) {}

  /** Refuses a start with a model that nobody could ask. */
  onModuleInit(): void {
    const { kind, model: name } = this.config;
    if (kind !== 'remote') return;
    if (name === undefined) throw new ConfigProblems(['ROUTER_EMBEDDER: remote needs ROUTER_EMBEDDER_MODEL']);
    const card = this.planner.findCallable(name);
    if (!card?.embedding)
      throw new ConfigProblems([
        `ROUTER_EMBEDDER_MODEL: ${name} is no embedding model of a provider with a key or address`,
      ]);
    const own = card.embedding.dimensions;
    const shortened = card.embedding.shortens && own > SHORT_VECTOR;
    const dimensions = shortened ? SHORT_VECTOR : own;
    const version = digestOf(`remote ${keyOfCard(card)} ${dimensions}`).slice(0, VERSION_DIGITS);
    this.model = { name, dimensions, shortened, version };
  }

  /** Undefined unless a remote embedder is configured. */
  embedderFor(undecided: Undecided): RequestEmbedder | undefined {
    const { model } = this;
    if (!model) return undefined;
    let costNanoUsd = 0n;
    return {
      name: 'remote',
      dimensions: model.dimensions,
      version: model.version,
      get costNanoUsd() {
        return costNanoUsd;
      },
      embed: (texts, signal) =>
        this.embed({ model, undecided, signal, spent: (cost) => (costNanoUsd += cost) }, texts),
    };
  }

  private async embed(asking: Asking, texts: readonly string[]): Promise<readonly Float32Array[]> {
    const { organizationId } = asking.undecided.input.caller;
    const windows = texts.map(embeddedWindow);
    const found = new Map<string, Float32Array>();
    for (const text of windows) {
      const known =
        text.trim() === ''
          ? new Float32Array(asking.model.dimensions)
          : this.recent.get(digestOf(`${organizationId} ${text}`), this.clock.now());
      if (known) found.set(text, known);
    }
    const missing = [...new Set(windows.filter((text) => !found.has(text)))];
    const vectors = missing.length === 0 ? [] : await this.ask(asking, missing);
    for (const [i, text] of missing.entries()) {
      const vector = vectors[i] ?? new Float32Array(0);
      found.set(text, vector);
      this.recent.add(digestOf(`${organizationId} ${text}`), vector, this.clock.now());
    }
    return windows.map((text) => found.get(text) ?? new Float32Array(0));
  }

  private async ask(asking: Asking, inputs: readonly string[]): Promise<readonly Float32Array[]> {
    const { model, undecided, signal } = asking;
    const request = toRequest(model, inputs);
    const plan = this.planFor(undecided, request);
    const run = toRun(undecided, request, plan);
    const targets = run.targets.slice(0, 1).map((target) => ({
      ...target,
      worstCaseNanoUsd: plan.worstCaseNanoUsd,
      worstCaseTokens: plan.size.inputTokensBound,
    }));
    const outcome = await this.calls.make({
      run: { ...run, targets },
      timeoutMs: TIMEOUT_MS,
      signal,
      call: (terms) => this.embeddings.embed({ plan, run: { ...run, ...terms } }),
    });
    if (outcome.kind === 'no_budget') throw new EmbedderRefusal('no_budget');
    if (outcome.kind !== 'answered') throw new Error(`the embedding model was ${outcome.kind}`);
    asking.spent(outcome.costNanoUsd);
    return outcome.value.result.vectors.map((vector) => toFloats(vector, model.dimensions));
  }

  /** Throws EmbedderRefusal when the caller may not use the model, or wants to spend too little. */
  private planFor({ input }: Undecided, request: EmbeddingRequest): EmbeddingPlan {
    const { caller, policy, preferences } = input;
    const { ceilingNanoUsd } = preferences;
    const plan = this.planOrRefuse({
      original: request,
      policy: { ...policy, request },
      preferences: { ...preferences, ceilingNanoUsd: undefined },
      caller,
      span: undefined,
    });
    if (ceilingNanoUsd !== undefined && plan.worstCaseNanoUsd * PART_OF_CEILING > ceilingNanoUsd)
      throw new EmbedderRefusal('no_budget');
    return plan;
  }

  private planOrRefuse(input: Parameters<EmbeddingPlanner['plan']>[0]): EmbeddingPlan {
    try {
      return this.planner.plan(input);
    } catch (error) {
      throw error instanceof AppError ? new EmbedderRefusal('not_allowed') : error;
    }
  }
}

interface Asking {
  readonly model: RemoteModel;
  readonly undecided: Undecided;
  readonly signal: AbortSignal;
  readonly spent: (costNanoUsd: NanoUsd) => void;
}

/** Prompts and exemplars are compared with each other: both are embedded alike. */
function toRequest(
  { name, dimensions, shortened }: RemoteModel,
  inputs: readonly string[],
): EmbeddingRequest {
  return {
    model: name,
    inputs,
    encoding: 'float',
    ...(shortened && { dimensions }),
    purpose: 'clustering',
    extensions: {},
  };
}

function toRun(
  { facts, input, decisionId }: Undecided,
  embedding: EmbeddingRequest,
  plan: EmbeddingPlan,
): AuxiliaryRun<EmbeddingRun> {
  const targets = plan.parts[0]?.targets ?? [];
  const { engine, objective } = input.preferences.routing;
  return {
    facts,
    span: input.span,
    caller: input.caller,
    endpoint: CHAT_ENDPOINT,
    purpose: 'embedding',
    route: input.route,
    embedding,
    requestedModel: input.requestedModel,
    question: questionOfEmbedding(embedding),
    inputTokensExpected: plan.size.inputTokensExpected,
    decision: { decisionId, strategy: engine, objective, intent: null, priceVersion: plan.priceVersion },
    targets,
    candidates: targets.map(({ card }) => card),
    outputLimit: undefined,
    nextTargets: () => [],
    ceilingNanoUsd: undefined,
  };
}

function toFloats(vector: EmbeddingVector, dimensions: number): Float32Array {
  const floats = Float32Array.from(typeof vector === 'string' ? [] : vector);
  if (floats.length !== dimensions || !floats.every(Number.isFinite))
    throw new Error('the embedding model gave no usable vector');
  return toUnitLength(floats);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
