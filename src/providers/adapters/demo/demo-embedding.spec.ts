import type { EmbeddingInput } from '../../../llm/embedding-request';
import { demoEmbedding } from './demo-embedding';

function vectorsOf(inputs: readonly EmbeddingInput[], vectorLength = 64): readonly (readonly number[])[] {
  const { vectors } = demoEmbedding({
    endpoint: { provider: 'demo', baseUrl: 'in-process', apiKey: undefined },
    model: 'demo-embedding',
    request: { model: undefined, inputs, encoding: 'float', extensions: {} },
    vectorLength,
    attemptId: 'att_1',
    signal: new AbortController().signal,
  });
  return vectors.filter((vector) => typeof vector !== 'string');
}

const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

describe('demoEmbedding', () => {
  it('gives the same unit vector for the same text', () => {
    const [one, other] = vectorsOf(['The cat sleeps', 'The cat sleeps']);

    expect(one).toEqual(other);
    expect(dot(one, one)).toBeCloseTo(1, 5);
  });

  it('puts texts that share words closer together than others', () => {
    const [cat, sleepingCat, stocks] = vectorsOf(
      ['the cat sleeps', 'a cat sleeps here', 'stock prices fell'],
      256,
    );

    expect(dot(cat, sleepingCat)).toBeGreaterThan(dot(cat, stocks) + 0.2);
  });

  it.each([1, 2, 3, 256])('gives unit vectors of length %d, whatever the text', (length) => {
    for (const vector of vectorsOf(['a', ' ', 'ab ba ab', [1, 2, 3]], length)) {
      expect(vector).toHaveLength(length);
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
  });
});
