import fc from 'fast-check';
import { NO_ACCESS_RULES } from '../access/access-rules';
import { chatRequest } from '../../test/support/chat-request-samples';
import { allStrategies, testRouter } from '../../test/support/test-router';
import { catalogOf, sampleCard, sampleOffer } from '../../test/support/routing-samples';
import type { Offer } from './candidate';
import type { DecisionRecord } from './decision-record';
import type { QualityEvidence } from './quality-evidence';
import type { AskedOpinion } from './intent/intent-classifier';
import { replayDecision } from './replay-decision';
import { fingerprintOf } from './fingerprint';
import { DEFAULT_PROFILE, type RoutingProfile } from './routing-profile';
import { EMBEDDER_FAILURES, type EmbedderFailure } from './semantic/embedder-failure';

const strategies = allStrategies();
const cards = Array.from({ length: 40 }, (_, i) =>
  sampleCard(`provider${i % 6}`, `model-${i}`, {
    quality: { general: 0.4 + i * 0.013, code: 0.9 - i * 0.01, reasoning: 0.5 + (i % 9) * 0.05 },
    typicalTokensPerSecond: 30 + ((i * 37) % 200),
  }),
);
const catalog = catalogOf(cards);

const offerArbitrary = fc.record({
  card: fc.constantFrom(...cards),
  region: fc.constantFrom('us', 'eu'),
  hasApiKey: fc.boolean(),
  breaker: fc.constantFrom('closed', 'half_open', 'open' as const),
  health: fc.double({ min: 0, max: 1, noNaN: true }),
  latencyMs: fc.option(fc.double({ min: 0, max: 90_000, noNaN: true }), { nil: undefined }),
  cost: fc.option(
    fc.record({
      expected: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      worstCase: fc.bigInt({ min: 0n, max: 10n ** 13n }),
    }),
    { nil: undefined },
  ),
}) satisfies fc.Arbitrary<Offer>;

/** Half of the models have disappointed the tenant. */
const EVIDENCE: QualityEvidence = ({ provider }) =>
  provider < 'provider3' ? { checked: 30, sound: 20, weight: 12.5, good: 4 } : undefined;

const text = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.constantFrom(
    'Write a Python function',
    'What is 2+2?',
    'Analyze this',
    'Tell me about cats',
    'translate hello to French',
  ),
);
const settings = fc.constantFrom<Record<string, string>>(
  {},
  { DEFAULT_MODEL: 'model-7' },
  { ROUTER_DIRECT_FAILOVER: 'true' },
  { INTENT_MIN_CONF_FOR_DIRECT: '0.2' },
  { ROUTER_EXPLORATION_PERMILLE: '200' },
  {
    ROUTER_HYBRID_CASCADE: 'true',
    ROUTER_CASCADE_TYPE: 'quality_focused',
    ROUTER_CASCADE_JUDGE: 'provider1/model-1',
  },
);

function recordOf(sample: {
  prompt: string;
  offers: readonly Offer[];
  settings: Record<string, string>;
  strategy: string | undefined;
  model: string | undefined;
  budget: bigint | undefined;
  budgetLeft?: bigint;
  warm?: number;
  embedderFailure?: EmbedderFailure;
  hasEvidence?: boolean;
  opinion?: AskedOpinion;
  seed?: number;
}): DecisionRecord {
  const service = testRouter(sample.settings);
  const warm = sample.offers[sample.warm ?? 99];
  const request = chatRequest(sample.prompt, { model: sample.model });
  return service
    .decide({
      decisionId: 'dec_01k8f3aaaaaaaaaaaaaaaaaaaaaa',
      request,
      analysis: sample.opinion
        ? service.withOpinion(service.analyze(request), sample.opinion)
        : service.analyze(request),
      preference: service.preferenceOf(sample.strategy),
      offers: sample.offers,
      catalog,
      modelRules: [NO_ACCESS_RULES],
      regionRules: [NO_ACCESS_RULES],
      region: undefined,
      remainingBudget: sample.budget,
      expectedOutputTokens: 250,
      today: '2026-06-01',
      seed: sample.seed ?? 4_000_000_000,
      budgetLeft: sample.budgetLeft,
      embedderFailure: sample.embedderFailure,
      ...(sample.hasEvidence === true && { knowledge: { evidence: EVIDENCE } }),
      affinity: warm && { card: warm.card, region: warm.region, saving: 123_456n },
    })
    .toRecord();
}

const replayed = (record: DecisionRecord): ReturnType<typeof replayDecision> => {
  const stored = JSON.parse(JSON.stringify(record)) as DecisionRecord;
  const profileOf = (version: string) =>
    version === fingerprintOf(DEFAULT_PROFILE) ? DEFAULT_PROFILE : undefined;
  return replayDecision(stored, { catalog, profileOf, strategies });
};

describe('replayDecision', () => {
  it('makes every decision again, byte for byte, from the stored record alone', () => {
    fc.assert(
      fc.property(
        fc.record({
          prompt: text,
          offers: fc.array(offerArbitrary, { maxLength: 45 }),
          settings,
          strategy: fc.constantFrom(
            undefined,
            'cost',
            'quality',
            'speed',
            'heuristic',
            'hybrid',
            'cascade',
            'semantic',
          ),
          model: fc.constantFrom(undefined, undefined, 'model-3', 'provider4/model-4', 'unknown'),
          budget: fc.option(fc.bigInt({ min: 0n, max: 10n ** 13n }), { nil: undefined }),
          budgetLeft: fc.option(fc.bigInt({ min: 0n, max: 10n ** 13n }), { nil: undefined }),
          warm: fc.option(fc.nat({ max: 44 }), { nil: undefined }),
          hasEvidence: fc.boolean(),
          seed: fc.nat({ max: 2 ** 32 - 1 }),
          opinion: fc.constantFrom<AskedOpinion | undefined>(
            undefined,
            { outcome: 'unreadable' },
            { outcome: 'not_allowed' },
            { label: 'translation', confidence: 0.6, model: 'openai/gpt-4.1-nano' },
            { label: 'chat_lite', confidence: 0.9, model: 'openai/gpt-4.1-nano' },
          ),
          embedderFailure: fc.constantFrom(undefined, ...EMBEDDER_FAILURES),
        }),
        (sample) => {
          expect(replayed(recordOf(sample))).toMatchObject({ kind: 'replayed', identical: true });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('makes a decision from before prices were compared with the typical cost again, by the weights kept with it', () => {
    // Written by the version that knew logarithms only; its profile has no scale of prices.
    const record = JSON.parse(
      '{"id":"dec_1","v":[3,"c0ffee123456","53fa064b"],"e":"hybrid","o":"balanced","f":[28,5,7,1,0,0,0,"000000000000000"],"i":[0,996,2,2],"im":"fbed0d49","t":250,"c":[0,1,2,3],"p":"4rgu8,16v7k,apsw,6fhc","l":"b4,b4,b4,b4","k":"pmoblyic","pv":"250e1671","s":"910099874299788499659999","n":[2,1,3,0],"q":1,"z":1}',
    ) as DecisionRecord;
    const kept = {
      objectives: { ...DEFAULT_PROFILE.objectives, balanced: { quality: 0.72, price: 0.23, speed: 0.05 } },
    };
    const four = catalogOf(['a', 'b', 'c', 'd'].map((model, i) => sampleCard(`p${i % 2}`, model)));

    const replay = (profile: RoutingProfile): ReturnType<typeof replayDecision> =>
      replayDecision(record, { catalog: four, profileOf: () => profile, strategies });

    expect(replay(kept)).toMatchObject({ kind: 'replayed', identical: true });
    expect(replay({ ...kept, priceScale: 'typical' })).toMatchObject({ kind: 'replayed', identical: false });
  });

  it('notices when a record was altered', () => {
    const offers = cards.map((card) => sampleOffer(card));
    const record = recordOf({
      prompt: 'hi',
      offers,
      settings: {},
      strategy: undefined,
      model: undefined,
      budget: undefined,
    });

    expect(replayed({ ...record, n: [...record.n].reverse() })).toMatchObject({ identical: false });
  });

  it('refuses records of another router, catalogue or engine', () => {
    const record = recordOf({
      prompt: 'hi',
      offers: [],
      settings: {},
      strategy: undefined,
      model: undefined,
      budget: undefined,
    });

    expect(replayed({ ...record, v: [0, record.v[1], record.v[2]] })).toMatchObject({ differs: 'router' });
    expect(replayed({ ...record, v: [record.v[0], 'other', record.v[2]] })).toMatchObject({
      differs: 'catalog',
    });
    expect(replayed({ ...record, v: [record.v[0], record.v[1], 'other'] })).toMatchObject({
      differs: 'profile',
    });
    expect(replayed({ ...record, e: 'astrology' })).toMatchObject({ differs: 'engine' });
  });

  it('keeps a record of forty candidates below 1.5 kB and without prompt text', () => {
    const offers = cards.map((card, i) =>
      sampleOffer(card, {
        region: i % 2 ? 'eu' : 'us',
        health: 0.9,
        latencyMs: 2_000 + i * 333,
        breaker: i % 10 === 0 ? 'half_open' : 'closed',
        cost: { expected: 3_000_000_000n + BigInt(i), worstCase: 4_000_000_000n },
      }),
    );
    const prompt = 'Explain zanzibar politics in depth. '.repeat(200);

    const record = recordOf({
      prompt,
      offers,
      settings: {},
      strategy: 'quality',
      model: undefined,
      budget: 10n ** 13n,
      budgetLeft: 10n ** 13n,
      warm: 39,
      hasEvidence: true,
    });

    expect(record.kb).toHaveLength(80);
    expect(record.kb).not.toBe(record.k);
    expect(JSON.stringify(record).length).toBeLessThanOrEqual(1500);
    expect(JSON.stringify(record)).not.toContain('zanzibar');
  });
});
