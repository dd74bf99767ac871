import { CostKit, caller } from '../../test/support/cost-kit';
import { listedPrices } from '../../test/support/listed-prices';
import { ProviderKit } from '../../test/support/provider-kit';
import { NO_ACCESS_RULES, toAccessRules } from '../access/access-rules';
import { AppError } from '../common/app-error';
import type { EmbeddingRequest } from '../llm/embedding-request';
import { Tracing } from '../telemetry/tracing';
import { EmbeddingPlanner, type EmbeddingPlan, type EmbeddingPlanningInput } from './embedding-planner';

const LOCAL = {
  base_url: 'http://127.0.0.1:8001/v1',
  models: [
    {
      id: 'text-embedding-3-small',
      kind: 'embedding',
      context: 8_192,
      price: { input: 0.03 },
      embedding: { dimensions: 1_536 },
    },
    {
      id: 'free-embedder',
      kind: 'embedding',
      context: 512,
      regions: ['eu'],
      price: { input: 0 },
      embedding: { dimensions: 384, max_inputs: 4 },
    },
  ],
};
const KEYS = Object.fromEntries(
  ['OPENAI', 'GOOGLE', 'MISTRAL', 'COHERE', 'ANTHROPIC'].map((vendor) => [`${vendor}_API_KEY`, 'k-1']),
);

interface Asked {
  readonly change?: Partial<EmbeddingRequest>;
  readonly allowedModels?: readonly string[];
  readonly tenant?: ReturnType<typeof toAccessRules>;
  readonly region?: string;
  readonly ceilingNanoUsd?: bigint;
  readonly settings?: Readonly<Record<string, string>>;
}

function plan(asked: Asked = {}): EmbeddingPlan {
  const { change, allowedModels = null, tenant = NO_ACCESS_RULES, region, ceilingNanoUsd } = asked;
  const settings = asked.settings ?? { ...KEYS, EXTRA_PROVIDERS: JSON.stringify({ local: LOCAL }) };
  const { registry, catalog } = new ProviderKit(settings);
  const { clock, metrics } = new CostKit();
  const planner = new EmbeddingPlanner(
    catalog,
    registry,
    listedPrices(catalog),
    clock,
    metrics,
    new Tracing(undefined, 0),
  );
  const request: EmbeddingRequest = {
    model: undefined,
    inputs: ['hello'],
    encoding: 'float',
    extensions: {},
    ...change,
  };
  const policy = { request, modelRules: tenant, regionRules: NO_ACCESS_RULES };
  const preferences = { region, ceilingNanoUsd };
  const input = { caller: { ...caller(), allowedModels }, original: request, policy, preferences };
  return planner.plan({ ...input, span: undefined } as unknown as EmbeddingPlanningInput);
}

const targetsOf = ({ parts }: EmbeddingPlan): readonly string[] =>
  (parts[0]?.targets ?? []).map(({ card }) => `${card.provider}/${card.model}`);

function refusalOf(asked: Asked): Pick<AppError, 'code' | 'param'> {
  try {
    return { code: targetsOf(plan(asked)).join(), param: undefined };
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, param: error.param };
    throw error;
  }
}

describe('EmbeddingPlanner', () => {
  it('takes the cheapest model when the client leaves the choice', () => {
    expect(plan().strategy).toBe('cheapest');
    expect(targetsOf(plan())).toEqual(['local/free-embedder']);
  });

  it.each([
    ['longer vectors', { change: { dimensions: 1_000 } }],
    ['token ids', { change: { inputs: [[1, 2]] } }],
    ['a text beyond its context', { change: { inputs: ['word '.repeat(1_000)] } }],
    ['a tenant that denies it', { tenant: toAccessRules(undefined, ['free-embedder']) }],
  ])('passes over one that does not suit %s', (_, asked: Asked) => {
    expect(targetsOf(plan(asked))[0]).toBe('openai/text-embedding-3-small');
  });

  it('lets only the same model at another provider stand in, the cheaper offer first', () => {
    expect(targetsOf(plan({ change: { model: 'text-embedding-3-small' } }))).toEqual([
      'openai/text-embedding-3-small',
      'local/text-embedding-3-small',
    ]);
  });

  it('honours a named model and its provider', () => {
    const named = plan({ change: { model: 'cohere/embed-v4.0' } });

    expect(named.strategy).toBe('direct');
    expect(targetsOf(named)).toEqual(['cohere/embed-v4.0']);
  });

  it('keeps to what the key may use, and to the region', () => {
    expect(targetsOf(plan({ allowedModels: ['mistral/*'] }))).toEqual(['mistral/mistral-embed']);
    expect(targetsOf(plan({ region: 'eu' }))).toEqual(['local/free-embedder']);
  });

  it('holds one token per byte and input, and never less than the ids there are', () => {
    const { parts, size } = plan({
      change: { model: 'openai/text-embedding-3-small', inputs: ['é', [1, 2, 3]] },
    });

    expect(size).toMatchObject({ inputTokensBound: 21, inputTokensExpected: 4 });
    expect(parts[0]?.targets[0]).toMatchObject({
      worstCaseTokens: 21,
      worstCaseNanoUsd: 420n,
      maxOutputTokens: 0,
    });
  });

  it('cuts more inputs than the model takes into calls, in order, and holds what they cost together', () => {
    const inputs = Array.from({ length: 200 }, (_unused, index) => `text ${index}`);
    const asked = plan({ change: { model: 'embed-v4.0', inputs } });

    expect(asked.parts.map((part) => part.inputs.length)).toEqual([96, 96, 8]);
    expect(asked.parts.flatMap((part) => part.inputs)).toEqual(inputs);
    expect(asked.worstCaseNanoUsd).toBe(
      asked.parts.reduce((sum, { targets }) => sum + (targets[0]?.worstCaseNanoUsd ?? 0n), 0n),
    );
    expect(asked.parts.reduce((sum, { targets }) => sum + (targets[0]?.worstCaseTokens ?? 0), 0)).toBe(
      asked.size.inputTokensBound,
    );
  });

  it.each([
    ['an unknown model', { change: { model: 'nobody' } }, 'model_not_found', 'model'],
    ['a chat model', { change: { model: 'gpt-4o' } }, 'validation_error', 'model'],
    [
      'token ids for a model that takes text',
      { change: { model: 'mistral-embed', inputs: [[1]] } },
      'validation_error',
      'input',
    ],
    [
      'a length the model does not give',
      { change: { model: 'mistral-embed', dimensions: 64 } },
      'validation_error',
      'dimensions',
    ],
    [
      'too long a text',
      { change: { model: 'gemini-embedding-001', inputs: ['x'.repeat(20_000)] } },
      'context_length_exceeded',
      undefined,
    ],
    [
      'a ceiling below the worst case',
      { change: { model: 'mistral-embed' }, ceilingNanoUsd: 1n },
      'insufficient_budget',
      undefined,
    ],
    [
      'a denied model',
      { change: { model: 'mistral-embed' }, allowedModels: ['gpt-4o'] },
      'policy_violation',
      undefined,
    ],
    [
      'a vendor without embeddings',
      { settings: { ANTHROPIC_API_KEY: 'k-1' } },
      'no_provider_available',
      undefined,
    ],
  ])('refuses %s', (_, asked: Asked, code, param) => {
    expect(refusalOf(asked)).toEqual({ code, param });
  });
});
