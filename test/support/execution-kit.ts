import { setTimeout as sleep } from 'node:timers/promises';
import { ModelCatalog } from '../../src/catalog/model-catalog';
import { DEMO_MODELS } from '../../src/catalog/models/demo-models';
import { worstCaseCost } from '../../src/catalog/price-book';
import type { NanoUsd } from '../../src/common/money';
import { RequestJournal } from '../../src/cost/ledger/request-journal';
import { UsageJournal } from '../../src/cost/ledger/usage-journal';
import type { UsageRow } from '../../src/cost/ledger/usage-row';
import { AttemptLedger } from '../../src/gateway/execution/attempt-ledger';
import { RunTally, type ChatRun, type ExecutionTarget } from '../../src/gateway/execution/chat-run';
import { PlanExecutor } from '../../src/gateway/execution/plan-executor';
import { RequestClosing } from '../../src/gateway/execution/request-closing';
import { GatewayConfig } from '../../src/gateway/gateway.config';
import type { ChatResult } from '../../src/llm/chat-result';
import type { ChatStreamEvent } from '../../src/llm/chat-stream-event';
import { ProviderError, type ProviderErrorOptions } from '../../src/llm/provider-error';
import { NO_USAGE, type TokenUsage } from '../../src/llm/token-usage';
import { loadConfig } from '../../src/platform/config/load-config';
import {
  ProviderInvoker,
  type Invocation,
  type InvocationTarget,
} from '../../src/providers/provider-invoker';
import type { DrainLimits } from '../../src/providers/provider-registry';
import { ProvidersConfig } from '../../src/providers/providers.config';
import { RetryBudget } from '../../src/providers/resilience/retry-budget';
import { Tracing } from '../../src/telemetry/tracing';
import { chatRequest } from './chat-request-samples';
import { caller, CostKit } from './cost-kit';
import { listedPrices } from './listed-prices';

/** What a vendor does when it is called. `hang` waits until the client leaves. */
export type VendorTurn = { readonly afterMs?: number } & (
  | { readonly error: ProviderError }
  | { readonly hang: true }
  | {
      readonly text?: string;
      readonly usage?: TokenUsage;
      readonly model?: string;
      /** The stream breaks after its text. */
      readonly breaksWith?: ProviderError;
      /** The stream falls silent after its text until the client leaves. */
      readonly stalls?: true;
    }
);

export interface VendorCall {
  readonly attemptId: string;
  readonly model: string;
  readonly maxOutputTokens: number;
}

/** Notes like the outbox does, or refuses to. */
export class RecordingJournal extends UsageJournal {
  readonly intents: UsageRow[] = [];
  readonly outcomes: UsageRow[] = [];
  failsAt: 'begin' | 'end' | undefined;

  constructor() {
    super(undefined as never);
  }

  override async begin(intent: UsageRow): Promise<void> {
    await Promise.resolve();
    if (this.failsAt === 'begin') throw new Error('outbox is full');
    this.intents.push(intent);
  }

  override async end(outcome: UsageRow): Promise<void> {
    await Promise.resolve();
    if (this.failsAt === 'end') throw new Error('outbox is gone');
    this.outcomes.push(outcome);
  }

  get cost(): NanoUsd {
    return this.outcomes.reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n);
  }
}

/** A way to vendors of which the turns are known in advance; without a turn left it answers. */
export class ScriptedInvoker extends ProviderInvoker {
  readonly calls: VendorCall[] = [];
  cancelled = 0;
  /** Makes cancelling a stream fail. */
  failsToCancel = false;

  constructor(
    private readonly journal: RecordingJournal,
    private readonly turns: VendorTurn[],
  ) {
    super(...([] as never as ConstructorParameters<typeof ProviderInvoker>));
  }

  override refusalOf(): undefined {
    return undefined;
  }

  override hasOtherCredential(): boolean {
    return false;
  }

  override async complete(target: InvocationTarget, invocation: Invocation): Promise<ChatResult> {
    const turn = await this.takeTurn(target, invocation);
    const { model = target.card.model, text = 'Hello', usage, breaksWith } = turn;
    if (breaksWith) throw breaksWith;
    return {
      id: 'chatcmpl-1',
      created: 1,
      model,
      usage,
      choices: [{ index: 0, content: [{ type: 'text', text }], finishReason: 'stop' }],
      droppedParameters: [],
    };
  }

  override async *stream(
    target: InvocationTarget,
    invocation: Invocation,
  ): AsyncGenerator<ChatStreamEvent, void> {
    let isOver = false;
    try {
      const turn = await this.takeTurn(target, invocation);
      const { model = target.card.model, text = 'Hello', usage, breaksWith, stalls } = turn;
      yield { type: 'start', id: 'chatcmpl-1', created: 1, model, droppedParameters: [] };
      for (const piece of piecesOf(text)) yield { type: 'text', choice: 0, text: piece };
      if (stalls) throw await clientLeaving(target, invocation.signal);
      if (breaksWith) throw breaksWith;
      if (usage) yield { type: 'usage', usage };
      yield { type: 'finish', choice: 0, reason: 'stop' };
      isOver = true;
    } catch (error) {
      isOver = true;
      throw error;
    } finally {
      if (!isOver) this.cancel();
    }
  }

  private cancel(): void {
    this.cancelled += 1;
    if (this.failsToCancel) throw new Error('cannot cancel');
  }

  private async takeTurn(target: InvocationTarget, invocation: Invocation) {
    const { attemptId, maxOutputTokens, signal } = invocation;
    if (!this.journal.intents.some((row) => row.attempt_id === attemptId)) {
      throw new Error('a vendor was called before the intent was noted');
    }
    this.calls.push({ attemptId, model: target.card.model, maxOutputTokens });
    const turn = this.turns.shift() ?? {};
    await sleep(turn.afterMs ?? 0);
    if ('error' in turn) throw turn.error;
    if ('hang' in turn) throw await clientLeaving(target, signal);
    return turn;
  }
}

/** Single characters, or twenty pieces of a long text. */
function piecesOf(text: string): readonly string[] {
  const size = text.length < 200 ? 1 : Math.ceil(text.length / 20);
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}

function clientLeaving(target: InvocationTarget, signal: AbortSignal): Promise<ProviderError> {
  return new Promise((resolve) => {
    const leave = (): void => resolve(vendorError('aborted', { provider: target.provider.name }));
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

/** A failure that may have been billed unless said otherwise. */
export function vendorError(
  kind: ProviderErrorOptions['kind'],
  changes: Partial<ProviderErrorOptions> = {},
): ProviderError {
  return new ProviderError({
    provider: 'demo',
    kind,
    message: `it was ${kind}`,
    mayHaveBilled: true,
    ...changes,
  });
}

export interface RunOptions {
  readonly models?: readonly string[];
  /** Models of further plans, one each. */
  readonly nextModels?: string[];
  readonly ceilingNanoUsd?: NanoUsd;
  readonly signal?: AbortSignal;
  readonly requestedModel?: string;
}

/** A prompt of a hundred tokens, counted as estimates count them. */
const PROMPT = 'word '.repeat(93).trim();
const INPUT_BOUND = 400;
const OUTPUT_LIMIT = 1_000;

/** Execution on the real in-process store: only the vendors and the disk are played. */
export class ExecutionKit {
  readonly cost: CostKit;
  readonly journal = new RecordingJournal();
  readonly invoker: ScriptedInvoker;
  readonly executor: PlanExecutor;
  readonly catalog = new ModelCatalog(DEMO_MODELS);

  /** How the vendors of this kit are read on after their client has left. */
  drain: DrainLimits | undefined;

  constructor(turns: readonly VendorTurn[], settings: Readonly<Record<string, string>> = {}) {
    this.cost = new CostKit(settings);
    this.invoker = new ScriptedInvoker(this.journal, [...turns]);
    const { clock, metrics, admission } = this.cost;
    const attempts = new AttemptLedger(
      this.journal,
      this.catalog,
      listedPrices(this.catalog),
      clock,
      metrics,
      new Tracing(undefined, 0),
    );
    const loaded = loadConfig([GatewayConfig, ProvidersConfig], settings);
    const budget = new RetryBudget(loaded.get(ProvidersConfig));
    this.executor = new PlanExecutor(
      this.invoker,
      budget,
      attempts,
      admission,
      loaded.get(GatewayConfig),
      metrics,
    );
  }

  target(model: string): ExecutionTarget {
    const card = this.catalog.find('demo', model);
    if (!card) throw new Error(`no model ${model}`);
    const planned = { inputTokens: INPUT_BOUND, outputTokens: OUTPUT_LIMIT, choices: 1 };
    return {
      provider: {
        name: 'demo',
        adapter: undefined as never,
        endpoint: { provider: 'demo', baseUrl: 'in-process', apiKey: undefined },
        credentials: [{ label: 'key-1', weight: 1, apiKey: undefined }],
        drain: this.drain,
      },
      card,
      region: 'global',
      maxOutputTokens: OUTPUT_LIMIT,
      worstCaseNanoUsd: worstCaseCost(card, planned, this.cost.clock.now()),
      inputTokensBound: INPUT_BOUND,
      worstCaseTokens: INPUT_BOUND + OUTPUT_LIMIT,
    };
  }

  /** An admitted request with a plan over these models. */
  async run(options: RunOptions = {}): Promise<ChatRun> {
    const targets = (options.models ?? ['demo-small']).map((model) => this.target(model));
    const hold = await this.cost.hold(targets[0]?.worstCaseNanoUsd ?? 0n);
    return {
      facts: {
        requestId: 'req_1',
        clientRequestId: undefined,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        parentSpanId: undefined,
        sampled: false,
        startedAtMs: 0,
      },
      span: undefined,
      caller: caller(),
      endpoint: 'chat.completions',
      purpose: 'answer',
      route: '/v1/chat/completions',
      chat: chatRequest(PROMPT),
      requestedModel: options.requestedModel,
      question: { kind: 'chat' },
      decision: {
        decisionId: 'dec_1',
        strategy: 'heuristic',
        objective: 'balanced',
        intent: null,
        priceVersion: 'v1',
      },
      targets,
      candidates: targets.map(({ card }) => card),
      outputLimit: undefined,
      nextTargets: () => (options.nextModels?.splice(0, 1) ?? []).map((model) => this.target(model)),
      hold,
      ceilingNanoUsd: options.ceilingNanoUsd,
      signal: options.signal ?? new AbortController().signal,
      tally: new RunTally(),
    };
  }

  /** Ends the request as the service does, and checks what must be true after every request. */
  async finish(run: ChatRun): Promise<void> {
    const { costNanoUsd, tokens } = run.tally;
    await this.cost.admission.settle(run.hold, { costNanoUsd, tokens });
    expect(run.hold.isSettled).toBe(true);
    this.expectCompleteBooks();
    expect(this.journal.cost).toBe(costNanoUsd);
    expect(run.tally.attempts).toBe(this.journal.intents.length);
    await expect(this.cost.daily()).resolves.toEqual({ spent: costNanoUsd, held: 0n });
  }

  /** Every vendor call has one intent and one outcome; estimates stay within what was held for the call. */
  expectCompleteBooks(): void {
    const ids = this.invoker.calls.map((call) => call.attemptId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(this.journal.intents.map((row) => row.attempt_id)).toEqual(ids);
    expect(this.journal.outcomes.map((row) => row.attempt_id)).toEqual(ids);
    for (const row of this.journal.outcomes) {
      if (row.cost_source !== 'estimated') continue;
      expect(BigInt(row.cost_nano_usd)).toBeLessThanOrEqual(BigInt(row.held_nano_usd));
    }
  }
}

export function usage(inputUncached: number, outputText: number): TokenUsage {
  return { ...NO_USAGE, inputUncached, outputText };
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

/** Notes the ends of requests nowhere. */
export function quietClosing(): RequestClosing {
  return new RequestClosing(
    new RequestJournal({ append: () => Promise.resolve() } as never),
    new ModelCatalog([]),
    { of: () => undefined } as never,
  );
}
