import { FakeClock } from '../../../test/support/fake-clock';
import type { EmbeddingVector } from '../../llm/embedding-result';
import { loadConfig } from '../../platform/config/load-config';
import { EmbeddingConfig } from '../../platform/embedding/embedding.config';
import type { EmbeddingPlanner } from '../embedding-planner';
import type { AdmittedEmbedding, EmbeddingService } from '../embedding.service';
import type { AuxiliaryCalls, AuxiliaryWish } from './auxiliary-calls';
import { RemoteEmbeddings, type RequestEmbedder } from './remote-embeddings';
import type { Undecided } from './undecided';

const SIGNAL = new AbortController().signal;
const SETTINGS = { ROUTER_EMBEDDER: 'remote', ROUTER_EMBEDDER_MODEL: 'vendor/small' };
const PLAN = { parts: [{ targets: [{ card: {} }] }], size: {}, worstCaseNanoUsd: 100n };

/** Vendor, admission and plan are played; each call costs five nano-dollars. */
class Fixture {
  readonly clock = new FakeClock();
  readonly asked: string[][] = [];
  vectorOf: (text: string) => EmbeddingVector = (text) => [text.length, 0];
  readonly remote: RemoteEmbeddings;

  constructor(settings: Readonly<Record<string, string>> = SETTINGS, traits: object | null = TWO) {
    const embed = ({ run }: AdmittedEmbedding) => {
      const inputs = run.embedding.inputs.map(String);
      this.asked.push(inputs);
      return Promise.resolve({ result: { vectors: inputs.map((text) => this.vectorOf(text)) } });
    };
    const make = async ({ call }: AuxiliaryWish<unknown>) => ({
      kind: 'answered',
      value: await call({} as never),
      costNanoUsd: 5n,
    });
    const card = traits === null ? undefined : { provider: 'vendor', model: 'small', embedding: traits };
    this.remote = new RemoteEmbeddings(
      loadConfig([EmbeddingConfig], settings).get(EmbeddingConfig),
      { findCallable: () => card, plan: () => PLAN } as unknown as EmbeddingPlanner,
      { embed } as unknown as EmbeddingService,
      { make } as unknown as AuxiliaryCalls,
      this.clock,
    );
    this.remote.onModuleInit();
  }

  for(organizationId = 'org_1', ceilingNanoUsd?: bigint): RequestEmbedder {
    const input = { caller: { organizationId }, policy: {}, preferences: { ceilingNanoUsd, routing: {} } };
    const embedder = this.remote.embedderFor({ input } as unknown as Undecided);
    if (!embedder) throw new Error('not configured');
    return embedder;
  }
}

const TWO = { dimensions: 2, shortens: false };

describe('RemoteEmbeddings', () => {
  it.each<[string, Readonly<Record<string, string>>, object | null, RegExp]>([
    ['without a model', { ROUTER_EMBEDDER: 'remote' }, TWO, /needs ROUTER_EMBEDDER_MODEL/],
    ['with a model nobody can call', SETTINGS, null, /ROUTER_EMBEDDER_MODEL: vendor\/small is no embedding/],
  ])('refuses a start %s', (_, settings, traits, reason) => {
    expect(() => new Fixture(settings, traits)).toThrow(reason);
  });

  it('gives vectors of length 1, and shorter ones where the model can', async () => {
    const fixture = new Fixture();
    const [vector] = await fixture.for().embed(['four'], SIGNAL);

    expect([...(vector ?? [])]).toEqual([1, 0]);
    expect(fixture.for().dimensions).toBe(2);
    expect(new Fixture(SETTINGS, { dimensions: 1_536, shortens: true }).for().dimensions).toBe(256);
    expect(new Fixture(SETTINGS, { dimensions: 1_024, shortens: false }).for().dimensions).toBe(1_024);
  });

  it('has another version for vectors of another length', () => {
    const versions = [TWO, TWO, { dimensions: 3, shortens: false }].map(
      (traits) => new Fixture(SETTINGS, traits).for().version,
    );

    expect(versions[1]).toBe(versions[0]);
    expect(versions[2]).not.toBe(versions[0]);
  });

  it('asks once for a text of a tenant within the hour, and again for another tenant or later', async () => {
    const fixture = new Fixture();
    const first = fixture.for();
    await first.embed(['a', 'b', 'a', ' '], SIGNAL);
    const second = fixture.for();
    await second.embed(['b'], SIGNAL);
    await fixture.for('org_2').embed(['b'], SIGNAL);
    fixture.clock.advance(3_600_001);
    await fixture.for().embed(['b'], SIGNAL);

    expect(fixture.asked).toEqual([['a', 'b'], ['b'], ['b']]);
    expect([first.costNanoUsd, second.costNanoUsd]).toEqual([5n, 0n]);
  });

  it.each<[string, EmbeddingVector]>([
    ['another length', [1, 2, 3]],
    ['numbers that are none', [Number.NaN, 1]],
    ['text', 'AAAA'],
  ])('takes no vector of %s', async (_, vector) => {
    const fixture = new Fixture();
    fixture.vectorOf = () => vector;

    await expect(fixture.for().embed(['a'], SIGNAL)).rejects.toThrow('no usable vector');
  });

  it('takes at most a tenth of what the client wants to spend', async () => {
    await expect(new Fixture().for('org_1', 999n).embed(['a'], SIGNAL)).rejects.toMatchObject({
      reason: 'no_budget',
    });
    await expect(new Fixture().for('org_1', 1_000n).embed(['a'], SIGNAL)).resolves.toHaveLength(1);
  });
});
