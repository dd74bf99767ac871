import {
  collect,
  ExecutionKit,
  usage,
  vendorError,
  type VendorTurn,
} from '../../../test/support/execution-kit';
import type { NanoUsd } from '../../common/money';
import type { Candidate } from '../../routing/candidate';
import type { CascadePlan } from '../../routing/route-plan';
import type { AnswerJudge } from './answer-judge';
import { CascadeExecutor } from './cascade-executor';
import type { ChatRun } from './chat-run';

const MODELS = ['demo-small', 'demo-balanced', 'demo-premium'];
const REFUSAL = "I'm sorry, but I cannot do that.";
const GOOD = 'Bees live in hives and feed on nectar.';

interface Fixture {
  readonly kit: ExecutionKit;
  readonly executor: CascadeExecutor;
  readonly cascade: CascadePlan;
  readonly run: ChatRun;
}

async function fixture(
  turns: readonly VendorTurn[],
  options: {
    readonly grades?: (number | undefined)[];
    readonly ceilingNanoUsd?: NanoUsd;
    readonly stream?: boolean;
    readonly signal?: AbortSignal;
    readonly settings?: Readonly<Record<string, string>>;
  } = {},
): Promise<Fixture> {
  const kit = new ExecutionKit(turns, options.settings);
  const judge = { grade: () => Promise.resolve(options.grades?.shift()) } as unknown as AnswerJudge;
  const executor = new CascadeExecutor(kit.executor, judge, kit.cost.metrics);
  const run = await kit.run({ models: MODELS, ...options });
  const steps = MODELS.map((model): Candidate => ({
    card: kit.target(model).card,
    region: 'global',
    halfOpen: false,
    healthPercent: 100,
    latencyMs: undefined,
    expectedCost: 1n,
    quality: 0.7,
    cacheSaving: 0n,
  }));
  const cascade: CascadePlan = {
    type: 'balanced',
    steps,
    qualityThreshold: 0.7,
    confidenceThreshold: 0.5,
    judge: options.grades ? steps[2] : undefined,
  };
  const chat = options.stream ? { ...run.chat, stream: true } : run.chat;
  return { kit, executor, cascade, run: { ...run, chat } };
}

describe('CascadeExecutor', () => {
  it('stops at the first answer that holds, and books one step', async () => {
    const { kit, executor, cascade, run } = await fixture([{ text: GOOD, usage: usage(100, 20) }]);

    const { result, cascade: report } = await executor.complete(run, cascade);
    await kit.finish(run);

    expect(result.choices[0]?.content).toEqual([{ type: 'text', text: GOOD }]);
    expect(report).toMatchObject({ answeredStep: 0, steps: [{ model: 'demo-small', accepted: true }] });
    expect(kit.invoker.calls.map(({ model }) => model)).toEqual(['demo-small']);
    expect(kit.journal.outcomes.map(({ purpose }) => purpose)).toEqual(['cascade_step']);
  });

  it('escalates past a refusal and a failure, books every step, and says why', async () => {
    const { kit, executor, cascade, run } = await fixture([
      { text: REFUSAL, usage: usage(100, 20) },
      { error: vendorError('server', { mayHaveBilled: false }) },
      { error: vendorError('server', { mayHaveBilled: false }) },
      { error: vendorError('server', { mayHaveBilled: false }) },
      { text: GOOD, usage: usage(100, 20) },
    ]);

    const { cascade: report, receipt } = await executor.complete(run, cascade);
    await kit.finish(run);

    expect(receipt.card.model).toBe('demo-premium');
    expect(report.steps.map(({ model, accepted, reason }) => [model, accepted, reason])).toEqual([
      ['demo-small', false, 'refusal'],
      ['demo-balanced', false, 'server'],
      ['demo-premium', true, 'no_fault'],
    ]);
    expect(report.steps.reduce((sum, { costNanoUsd }) => sum + (costNanoUsd ?? 0n), 0n)).toBe(
      run.tally.costNanoUsd,
    );
  });

  it('returns the best answer so far when none holds', async () => {
    const { kit, executor, cascade, run } = await fixture([
      { text: "I'm not sure, maybe.", usage: usage(100, 20) },
      { text: REFUSAL, usage: usage(100, 20) },
      { text: '', usage: usage(100, 1) },
    ]);

    const { cascade: report, result } = await executor.complete(run, cascade);
    await kit.finish(run);

    expect(result.choices[0]?.content).toEqual([{ type: 'text', text: "I'm not sure, maybe." }]);
    expect(report.answeredStep).toBe(0);
    expect(report.steps.every(({ accepted }) => !accepted)).toBe(true);
  });

  it('returns the best answer so far when the money does not cover the next step', async () => {
    const probe = new ExecutionKit([]);
    const ceilingNanoUsd = probe.target('demo-small').worstCaseNanoUsd + 1n;
    const { kit, executor, cascade, run } = await fixture([{ text: REFUSAL, usage: usage(100, 20) }], {
      ceilingNanoUsd,
    });

    const { cascade: report, result } = await executor.complete(run, cascade);
    await kit.finish(run);

    expect(result.choices[0]?.content).toEqual([{ type: 'text', text: REFUSAL }]);
    expect(report.steps.map(({ reason }) => reason)).toEqual([
      'refusal',
      'no_provider_available',
      'no_provider_available',
    ]);
    expect(kit.invoker.calls).toHaveLength(1);
  });

  it('asks the judge only where its opinion changes something, and follows it', async () => {
    const turns = [GOOD, GOOD, GOOD].map((text) => ({ text, usage: usage(100, 20) }));
    const { kit, executor, cascade, run } = await fixture(turns, { grades: [0, 1] });

    const { cascade: report } = await executor.complete(run, cascade);
    await kit.finish(run);

    expect(report.steps.map(({ accepted }) => accepted)).toEqual([false, true]);
    expect(report.steps[0]?.reason).toContain('judge');
  });

  it('goes on without the judge when it cannot be asked', async () => {
    const { kit, executor, cascade, run } = await fixture([{ text: GOOD, usage: usage(100, 20) }], {
      grades: [undefined],
    });

    expect((await executor.complete(run, cascade)).cascade.steps).toHaveLength(1);
    await kit.finish(run);
  });

  it('streams nothing but the accepted answer', async () => {
    const turns = [REFUSAL, GOOD].map((text) => ({ text, usage: usage(100, 20) }));
    const { kit, executor, cascade, run } = await fixture(turns, { stream: true });

    const answer = await executor.open(run, cascade);
    const events = await collect(answer);
    await kit.finish(run);

    const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
    expect(text).toBe(GOOD);
    expect(events[0]).toMatchObject({ type: 'start', model: 'demo-balanced' });
    expect(answer.receipt?.card.model).toBe('demo-balanced');
  });

  it('streams the last step as it comes when no earlier step gave an answer', async () => {
    const failing = { error: vendorError('content_policy', { mayHaveBilled: false }) };
    const { kit, executor, cascade, run } = await fixture([failing, failing, { text: GOOD }], {
      stream: true,
    });

    const answer = await executor.open(run, cascade);
    const events = await collect(answer);
    await kit.finish(run);

    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(1);
    expect(answer.cascade?.steps.at(-1)).toMatchObject({ accepted: true, reason: 'last_step_streamed' });
  });

  it('ends when the client leaves, with every call in the books', async () => {
    const leaving = new AbortController();
    const { kit, executor, cascade, run } = await fixture([{ hang: true }], { signal: leaving.signal });

    const ended = executor.complete(run, cascade);
    setTimeout(() => leaving.abort(), 10);

    await expect(ended).rejects.toThrow();
    await kit.finish(run);
    expect(kit.invoker.calls).toHaveLength(1);
  });
});
