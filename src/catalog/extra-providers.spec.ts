import { ConfigProblems, loadConfig } from '../platform/config/load-config';
import { ExtraProvidersConfig } from './extra-providers.config';
import type { ExtraProvider } from './extra-providers';

const model = { id: 'qwen3-32b', context: 131_072, max_output: 8_192, price: { input: 0.1, output: '0.3' } };

const load = (value: unknown): readonly ExtraProvider[] =>
  loadConfig([ExtraProvidersConfig], {
    EXTRA_PROVIDERS: typeof value === 'string' ? value : JSON.stringify(value),
  }).get(ExtraProvidersConfig).providers;

function problemsOf(value: unknown): string {
  try {
    load(value);
    return '';
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems.join('\n');
    throw error;
  }
}

describe('EXTRA_PROVIDERS', () => {
  it('is empty when unset', () => {
    expect(loadConfig([ExtraProvidersConfig], {}).get(ExtraProvidersConfig).providers).toEqual([]);
  });

  it('makes priced model cards of the configured models', () => {
    const [provider] = load({
      'my-vllm': { base_url: 'http://10.0.0.1:8001/v1/', api_key: 'k-1', models: [model] },
    });

    expect(provider).toMatchObject({
      name: 'my-vllm',
      baseUrl: 'http://10.0.0.1:8001/v1',
      models: [
        {
          provider: 'my-vllm',
          model: 'qwen3-32b',
          contextTokens: 131_072,
          capabilities: { tools: true, vision: false },
          prices: [{ perMillion: { inputUncached: 100_000_000n, outputText: 300_000_000n } }],
        },
      ],
    });
    expect(provider?.keys.map(({ key, weight }) => [key.reveal(), weight])).toEqual([['k-1', 1]]);
  });

  it('takes several keys of one server with their weights, the single key first and none twice', () => {
    const [provider] = load({
      local: {
        base_url: 'http://x/v1',
        api_key: 'k-1',
        api_keys: ['k-1', { key: 'k-2', weight: 3 }],
        models: [model],
      },
    });

    expect(provider?.keys.map(({ key, weight }) => [key.reveal(), weight])).toEqual([
      ['k-1', 1],
      ['k-2', 3],
    ]);
  });

  it('makes embedding models, whose answers cost nothing and have no length', () => {
    const embedder = {
      id: 'bge-m3',
      kind: 'embedding',
      context: 8_192,
      price: { input: '0.01' },
      embedding: { dimensions: 1_024, shortens: true },
    };
    const [provider] = load({ local: { base_url: 'http://x/v1', models: [embedder] } });

    expect(provider?.models[0]).toMatchObject({
      kind: 'embedding',
      embedding: { dimensions: 1_024, shortens: true, maxInputs: 2_048, tokenIds: false },
      maxOutputTokens: 0,
      prices: [{ perMillion: { inputUncached: 10_000_000n, outputText: 0n } }],
    });
  });

  it.each([
    [{ kind: 'image' }, 'models[0].kind'],
    [{ kind: 'embedding' }, 'models[0].embedding.dimensions'],
    [{ kind: 'embedding', embedding: { dimensions: 8, size: 1 } }, 'models[0].embedding.size'],
  ])('refuses %j and says where', (change, path) => {
    expect(problemsOf({ local: { base_url: 'http://x/v1', models: [{ ...model, ...change }] } })).toContain(
      path,
    );
  });

  it('takes a model whose name looks like a placeholder', () => {
    expect(
      load({ local: { base_url: 'http://x/v1', models: [{ ...model, id: 'your-model' }] } }),
    ).toHaveLength(1);
  });

  it('lists every mistake at once, and never a key', () => {
    const text = problemsOf({
      openai: { base_url: 'ftp://x', models: [] },
      'Bad Name': {
        base_url: 'http://user:pw@x',
        api_key: 'se cret',
        models: [{ ...model, context: -1, prize: 1 }],
      },
      local: {
        base_url: 'http://x',
        api_key: 'topsecret',
        models: [{ id: '', capabilities: { vision: 'yes' } }, 7],
      },
      twice: { base_url: 'http://x', api_keys: [{ key: 'topsecret', wieght: 1 }], models: [model, model] },
    });

    for (const part of [
      'openai: expected another name',
      'openai.base_url',
      'openai.models',
      'Bad Name: expected a name',
      'Bad Name.base_url',
      'Bad Name.api_key',
      'Bad Name.models[0].context',
      'Bad Name.models[0].prize',
      'local.models[0].id',
      'local.models[0].context',
      'local.models[0].price.input',
      'local.models[0].price.output',
      'local.models[0].capabilities.vision',
      'local.models[1]',
      'twice.models',
      'twice.api_keys',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/secret|se cret/);
  });

  it.each(['[]', '7', 'not json', '{"a": 1}', '{"a": {"base_url": "http://x", "models": {}}}'])(
    'refuses %s',
    (value) => {
      expect(problemsOf(value)).not.toBe('');
    },
  );
});
