import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { BYTE_PAIR_TOKENIZER, tinyTransformer } from '../../../../test/support/tiny-transformer';
import type { Embedder } from '../../../llm/embedder';
import { loadConfig } from '../../config/load-config';
import { startWorker } from '../../threads/start-worker';
import { createEmbedder } from '../create-embedder';
import { EmbeddingConfig } from '../embedding.config';
import { StaticEmbedder } from '../static/static-embedder';
import { OnnxEmbedder } from './onnx-embedder';
import { findOnnxModel } from './onnx-model';

const NO_LIMIT = new AbortController().signal;
const builtIn = new StaticEmbedder();

describe('a sentence transformer from a folder', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  function folderOf(...options: Parameters<typeof tinyTransformer>): string {
    const { folder, remove } = tinyTransformer(...options);
    cleanUps.push(remove);
    return folder;
  }

  async function open(folder: string, settings: Readonly<Record<string, string>> = {}): Promise<Embedder> {
    const config = loadConfig([EmbeddingConfig], {
      ROUTER_EMBEDDER: 'onnx',
      ROUTER_EMBEDDER_PATH: folder,
      ...settings,
    });
    const embedder = await createEmbedder(config.get(EmbeddingConfig), builtIn);
    if (embedder instanceof OnnxEmbedder) cleanUps.push(() => embedder.onModuleDestroy());
    return embedder;
  }

  async function vectorsOf(embedder: Embedder, ...texts: string[]): Promise<number[][]> {
    const vectors = await embedder.embed(texts, NO_LIMIT);
    return vectors.map((vector) => [...vector].map((value) => Math.round(1e4 * value) / 1e4));
  }

  it.each(['tokens', 'sentence'] as const)(
    'gives the mean over the tokens at length 1 (the model puts out %s)',
    async (puts) => {
      const embedder = await open(folderOf(puts));

      expect(embedder).toMatchObject({ name: 'onnx', dimensions: 3 });
      // By hand: (3, 0, 0) + (0, 4, 0) = (3, 4, 0) of length 5; rain + ##y = (0, 4, 3) of length 5.
      expect(await vectorsOf(embedder, 'Sun rain', 'rainy', 'sun', 'unknown')).toEqual([
        [0.6, 0.8, 0],
        [0, 0.8, 0.6],
        [1, 0, 0],
        [0, 0, 0],
      ]);
    },
  );

  it('reads tokenizers of byte pairs, too', async () => {
    const embedder = await open(folderOf('tokens', { 'tokenizer.json': BYTE_PAIR_TOKENIZER }));

    expect(await vectorsOf(embedder, 'sun rain', 'sun', 'sun rain rain rain')).toEqual([
      [0.6, 0.8, 0],
      [1, 0, 0],
      [0.2425, 0.9701, 0],
    ]);
  });

  it('looks at no more tokens than it may, those around the text included', async () => {
    const folder = folderOf('tokens', { 'sentence_bert_config.json': { max_seq_length: 17 } });
    const text = `${'sun '.repeat(15)} ${'rain '.repeat(100)}`;

    // Two tokens stand around the text: 15 of 17, 14 of 16.
    expect(await vectorsOf(await open(folder, { ROUTER_EMBEDDER_MAX_TOKENS: '16' }), text)).toEqual([
      [1, 0, 0],
    ]);
    expect(await vectorsOf(await open(folder), text)).toEqual([[1, 0, 0]]);
    const wide = await open(folderOf(), { ROUTER_EMBEDDER_MAX_TOKENS: '32' });
    expect(await vectorsOf(wide, text)).toEqual([[0.6, 0.8, 0]]);
  });

  it('takes the first token where the model was trained so', async () => {
    const embedder = await open(
      folderOf('tokens', { '1_Pooling/config.json': { pooling_mode_cls_token: true } }),
    );

    expect(await vectorsOf(embedder, 'sun rain')).toEqual([[0, 0, 0]]);
  });

  it('gives every caller its own vectors when many ask at once', async () => {
    const embedder = await open(folderOf());
    const texts = Array.from({ length: 100 }, (_, i) => (i % 3 === 0 ? 'sun' : 'rain '.repeat(1 + (i % 4))));

    const vectors = await Promise.all(texts.map((text) => vectorsOf(embedder, text)));

    expect(vectors).toEqual(texts.map((text) => [text === 'sun' ? [1, 0, 0] : [0, 1, 0]]));
  });

  it('has another version for another model, pooling or window, and the same for the same', async () => {
    const versions = await Promise.all([
      open(folderOf()),
      open(folderOf()),
      open(folderOf('sentence')),
      open(folderOf('tokens', { '1_Pooling/config.json': { pooling_mode_cls_token: true } })),
      open(folderOf(), { ROUTER_EMBEDDER_MAX_TOKENS: '64' }),
    ]);

    const [first, second, ...others] = versions.map(({ version }) => version);
    expect(second).toBe(first);
    expect(new Set([first, ...others, builtIn.version]).size).toBe(5);
  });

  it('ends at the signal, and works on', async () => {
    const embedder = await open(folderOf());
    const controller = new AbortController();
    const given = embedder.embed(['sun'], controller.signal);
    controller.abort(new Error('too late'));

    await expect(given).rejects.toThrow('too late');
    await expect(embedder.embed(['sun'], controller.signal)).rejects.toThrow('too late');
    expect(await vectorsOf(embedder, 'sun')).toEqual([[1, 0, 0]]);
  });

  it('refuses more than can be waited for', async () => {
    const embedder = await open(folderOf());
    const crowd = Array.from({ length: 300 }, () => 'sun');

    await expect(embedder.embed(crowd, NO_LIMIT)).rejects.toThrow('too many texts');
  });

  it('gives up a thread that hangs, fails what it was given, and goes on with another one', async () => {
    const threads: Worker[] = [];
    const embedder = await OnnxEmbedder.open(findOnnxModel(folderOf(), 64), {
      startMs: 60_000,
      stuckMs: 200,
      start: (task) => {
        const entry = join(__dirname, 'onnx-embedder.worker');
        const thread = startWorker(entry, { workerData: task });
        // The first one is told nothing: as if it did not get on.
        if (threads.push(thread) === 1) thread.postMessage = () => undefined;
        return thread;
      },
    });
    cleanUps.push(() => embedder.onModuleDestroy());

    await expect(embedder.embed(['sun'], NO_LIMIT)).rejects.toThrow('the embedder stopped');
    expect(await vectorsOf(embedder, 'rain')).toEqual([[0, 1, 0]]);
    expect(threads).toHaveLength(2);
  });

  it('fails when its thread dies and no other can be started', async () => {
    const folder = folderOf();
    const threads: Worker[] = [];
    const embedder = await OnnxEmbedder.open(findOnnxModel(folder, 64), {
      startMs: 60_000,
      stuckMs: 10_000,
      start: (task) => {
        const thread = startWorker(join(__dirname, 'onnx-embedder.worker'), { workerData: task });
        threads.push(thread);
        return thread;
      },
    });
    rmSync(folder, { recursive: true });
    await threads[0]?.terminate();

    await expect(embedder.embed(['sun'], NO_LIMIT)).rejects.toThrow(/no such file/);
  });

  describe('refuses the start with the reason', () => {
    it.each<[string, RegExp, (folder: string) => void]>([
      [
        'the model is missing',
        /has no model\.onnx or onnx\/model\.onnx/,
        (at) => rmSync(join(at, 'model.onnx')),
      ],
      ['the tokenizer is missing', /has no tokenizer\.json/, (at) => rmSync(join(at, 'tokenizer.json'))],
      ['the folder is missing', /there is no folder/, (at) => rmSync(at, { recursive: true })],
      [
        'the tokenizer is no JSON',
        /tokenizer\.json is no JSON object/,
        (at) => writeFileSync(join(at, 'tokenizer.json'), 'vocab'),
      ],
      [
        'the model is no model',
        /cannot load the sentence transformer/,
        (at) => writeFileSync(join(at, 'model.onnx'), 'weights'),
      ],
      [
        'the pooling is another one',
        /other than mean or cls/,
        (at) => writeFileSync(join(at, '1_Pooling/config.json'), '{"pooling_mode_max_tokens":true}'),
      ],
      [
        'the weights are in a second file',
        /second file/,
        (at) => writeFileSync(join(at, 'model.onnx_data'), ''),
      ],
    ])('%s', async (_, reason, spoil) => {
      const folder = folderOf();
      spoil(folder);

      await expect(open(folder)).rejects.toThrow(reason);
    });

    it('no path is set', async () => {
      const config = loadConfig([EmbeddingConfig], { ROUTER_EMBEDDER: 'onnx' });

      await expect(createEmbedder(config.get(EmbeddingConfig), builtIn)).rejects.toThrow(
        'ROUTER_EMBEDDER_PATH',
      );
    });
  });
});
