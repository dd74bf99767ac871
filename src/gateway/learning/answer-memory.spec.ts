import { FakeClock } from '../../../test/support/fake-clock';
import { TIERED_CARDS } from '../../../test/support/routing-samples';
import { builtInSpace } from '../../../test/support/test-router';
import { AnswerMemory } from './answer-memory';

const [card, other] = TIERED_CARDS;
if (!card || !other) throw new Error('no cards');
const MODEL = `${card.provider}/${card.model}`;
const meaningOf = (text: string) => builtInSpace().meaningOf(text);
const ASKED = 'How do I tie a bowline knot?';
const ALIKE = 'How do you tie a bowline knot?';

describe('AnswerMemory', () => {
  const clock = new FakeClock();
  let memory: AnswerMemory;

  beforeEach(() => {
    memory = new AnswerMemory(clock);
    memory.rememberPrompt('req_1', meaningOf(ASKED));
  });

  it('tells similar prompts of the tenant what became of the model', () => {
    memory.add('org_1', 'req_1', { model: MODEL, score: 0 });
    const neighbours = memory.neighboursOf('org_1', meaningOf(ALIKE));

    expect(neighbours?.(card)).toMatchObject({ good: 0, checked: 0 });
    expect(neighbours?.(card)?.weight).toBeGreaterThan(1);
    expect(neighbours?.(other)).toBeUndefined();
  });

  it('tells nothing to other tenants, other prompts or other embedders', () => {
    memory.add('org_1', 'req_1', { model: MODEL, score: 0 });

    expect(memory.neighboursOf('org_2', meaningOf(ALIKE))).toBeUndefined();
    expect(memory.neighboursOf('org_1', meaningOf('Solve this differential equation'))).toBeUndefined();
    expect(memory.neighboursOf('org_1', { ...meaningOf(ALIKE), version: 'x' })).toBeUndefined();
  });

  it('forgets prompts after an hour and keeps the newest two hundred outcomes', () => {
    for (let i = 0; i < 300; i++) {
      memory.rememberPrompt(`req_${i}`, meaningOf(ASKED));
      memory.add('org_1', `req_${i}`, { model: MODEL, score: 1 });
    }
    const kept = memory.neighboursOf('org_1', meaningOf(ASKED))?.(card)?.weight ?? 0;
    clock.advance(3_600_000);
    memory.add('org_2', 'req_1', { model: MODEL, score: 1 });

    expect(kept).toBeCloseTo(800, 0);
    expect(memory.neighboursOf('org_2', meaningOf(ASKED))).toBeUndefined();
  });

  it('counts the last word about an answer once, however often it is said', () => {
    memory.rememberPrompt('req_2', meaningOf(ASKED));
    memory.add('org_1', 'req_2', { model: MODEL, score: 1 });
    for (let i = 0; i < 300; i++) memory.add('org_1', 'req_1', { model: MODEL, score: i % 2 });
    memory.add('org_1', 'req_1', { model: MODEL, score: 0 });

    const evidence = memory.neighboursOf('org_1', meaningOf(ASKED))?.(card);
    expect(evidence?.weight).toBeCloseTo(8, 5);
    expect(evidence?.good).toBeCloseTo(4, 5);
  });

  it.each([
    [96, 500],
    [1_024, 48],
  ])('keeps vectors of %i numbers of %i tenants, and drops the oldest', (length, tenants) => {
    const meaning = { version: 'v', vector: new Float32Array(length).fill(1 / Math.sqrt(length)) };
    memory.rememberPrompt('req_2', meaning);
    for (let i = 0; i <= tenants; i++) memory.add(`org_${i}`, 'req_2', { model: MODEL, score: 1 });

    expect(memory.neighboursOf('org_0', meaning)).toBeUndefined();
    expect(memory.neighboursOf('org_1', meaning)?.(card)).toMatchObject({ checked: 0 });
    expect(memory.neighboursOf(`org_${tenants}`, meaning)?.(card)).toMatchObject({ checked: 0 });
  });
});
