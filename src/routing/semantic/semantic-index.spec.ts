import { routeInput, tieredCandidates } from '../../../test/support/route-inputs';
import { builtInSpace } from '../../../test/support/test-router';
import { TIERED_CARDS } from '../../../test/support/routing-samples';
import type { Embedder } from '../../llm/embedder';
import { EmbedderRefusal } from '../../llm/embedder-refusal';
import { StaticEmbedder } from '../../platform/embedding/static/static-embedder';
import { SemanticStrategy } from '../strategies/semantic.strategy';
import { EXEMPLARS } from './exemplars';
import { semanticQuality } from './semantic-quality';
import { SemanticSpace } from './semantic-space';
import type { SemanticDemand } from './semantic-index';

const space = builtInSpace();
const SIGNAL = new AbortController().signal;

function demandOf(text: string): SemanticDemand {
  const meaning = space.meaningOf(text);
  return space.indexOf(meaning).demandOf(meaning.vector);
}

function chosen(text: string): string {
  const demand = demandOf(text);
  const candidates = tieredCandidates(text).map((candidate) => ({
    ...candidate,
    quality: Math.round(1000 * semanticQuality(candidate.card, demand)) / 1000,
  }));
  return new SemanticStrategy().plan(routeInput(text, { candidates })).steps[0]?.card.model ?? 'none';
}

describe('semantic routing', () => {
  it.each([
    ['Hello! How are you today?', 'small'],
    ['What is the capital of Norway?', 'small'],
    ['Prove that the square root of two is irrational', 'premium'],
    ['Implement a concurrent hash map in Go without locks and test it for races', 'premium'],
  ])('sends %j to a %s model', (text, tier) => {
    expect(chosen(text)).toMatch(new RegExp(`^${tier}-`));
  });

  it('knows easy from hard without tell-tale words', () => {
    const easy = demandOf('Which city is the seat of government of Hungary?').demand;
    const hard = demandOf(
      'Demonstrate that infinitely many primes leave remainder three when divided by four',
    ).demand;

    expect(easy).toBeLessThan(hard - 0.1);
  });

  it('knows code from prose', () => {
    const code = demandOf('My Python script crashes with a KeyError in the dictionary loop').abilities;
    const prose = demandOf('Write a warm letter to my grandmother').abilities;

    expect(code.code).toBeGreaterThan(0.5);
    expect(prose.general).toBeGreaterThan(0.5);
    expect(code.code + code.general + code.reasoning).toBeCloseTo(1);
  });

  it('has an answer for texts without meaning', () => {
    for (const text of ['', '   ', '\u{1F600}', 'x'.repeat(100_000)]) {
      const { demand } = demandOf(text);
      expect(demand).toBeGreaterThan(0.2);
      expect(demand).toBeLessThan(1);
    }
  });

  it('predicts more of abler models', () => {
    const demand = demandOf('Tell me about climate change');
    const qualities = TIERED_CARDS.map((card) => semanticQuality(card, demand));

    expect(qualities[0]).toBeGreaterThan(qualities[4] ?? 1);
  });
});

describe('SemanticSpace', () => {
  class OtherEmbedder implements Embedder {
    readonly name = 'other';
    readonly dimensions = 2;
    readonly version = 'other-1';
    lengths = 2;
    fails = false;
    hangs = false;
    refuses = false;
    readonly asked: (readonly string[])[] = [];

    async embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]> {
      await Promise.resolve();
      this.asked.push(texts);
      if (this.refuses) throw new EmbedderRefusal('not_allowed');
      if (this.fails) throw new Error('away');
      if (this.hangs)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
      return texts.map((text) => {
        const vector = new Float32Array(this.lengths);
        vector[text.length % 2] = 1;
        return vector;
      });
    }
  }

  function spaceOf(configured?: Embedder): {
    readonly other: OtherEmbedder;
    readonly made: SemanticSpace;
    readonly outcomes: readonly string[];
  } {
    const other = new OtherEmbedder();
    const outcomes: string[] = [];
    const routerEmbedding = (name: string, outcome: string): unknown => outcomes.push(`${name} ${outcome}`);
    const made = new SemanticSpace(
      configured ?? other,
      new StaticEmbedder(),
      { kind: 'static', timeoutMs: 150 },
      { routerEmbedding },
    );
    return { other, made, outcomes };
  }

  it('uses the configured embedder, and none where it fails or is too slow', async () => {
    const { other, made, outcomes } = spaceOf();
    await made.onModuleInit();
    const { meaning } = await made.findMeaning('hello', SIGNAL);
    other.hangs = true;
    const late = await made.findMeaning('hello', SIGNAL);
    other.hangs = false;
    other.fails = true;

    expect(meaning?.version).toBe('other-1');
    expect(meaning && made.indexOf(meaning).version).toBe('other-1');
    expect(late).toEqual({ failure: 'late' });
    expect(await made.findMeaning('hello', SIGNAL)).toEqual({ failure: 'failed' });
    expect(outcomes).toEqual(['other answered', 'other late', 'other failed']);
  });

  it('learns the exemplars from the first that may ask for them, and waits for them together with the prompt', async () => {
    const { made, outcomes } = spaceOf(new StaticEmbedder());
    const refused = new OtherEmbedder();
    refused.refuses = true;
    const allowed = new OtherEmbedder();
    const first = await made.findMeaning('hello', SIGNAL, refused);
    const second = await made.findMeaning('hello', SIGNAL, allowed);
    await made.findMeaning('hello again', SIGNAL, new OtherEmbedder());

    expect(first).toEqual({ failure: 'not_allowed' });
    expect(second.meaning?.version).toBe('other-1');
    expect(second.meaning && made.indexOf(second.meaning).version).toBe('other-1');
    expect(allowed.asked.map((texts) => texts.length).sort((a, b) => a - b)).toEqual([1, EXEMPLARS.length]);
    expect(outcomes).toEqual(['other not_allowed', 'other answered', 'other answered']);
    expect(await made.findMeaning('hello', SIGNAL)).toEqual({});
  });

  it('takes no vector of another length', async () => {
    const { other, made } = spaceOf();
    await made.onModuleInit();
    other.lengths = 3;

    expect(await made.findMeaning('hello', SIGNAL)).toEqual({ failure: 'failed' });
  });

  it('starts with the built-in embedder when the configured one fails at start', async () => {
    const { other, made } = spaceOf();
    other.fails = true;
    await made.onModuleInit();
    other.fails = false;

    expect(await made.findMeaning('hello', SIGNAL)).toEqual({ failure: 'failed' });
    expect(made.indexOf(made.meaningOf('hello')).version).toBe(new StaticEmbedder().version);
  });
});
