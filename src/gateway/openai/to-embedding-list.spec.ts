import fc from 'fast-check';
import { NO_USAGE } from '../../llm/token-usage';
import { toEmbeddingList } from './to-embedding-list';

const USAGE = { ...NO_USAGE, inputUncached: 7 };

function written(vector: readonly number[] | string, encoding: 'float' | 'base64'): unknown {
  const result = { model: 'm', vectors: [vector], usage: USAGE, droppedParameters: [] };
  const list = toEmbeddingList(result, encoding, { usage: USAGE, metadata: {} });
  return (list['data'] as { embedding: unknown }[])[0]?.embedding;
}

describe('toEmbeddingList', () => {
  it('writes OpenAI’s list with the usage and the metadata', () => {
    const result = { model: 'm', vectors: [[1], [2]], usage: USAGE, droppedParameters: [] };

    expect(toEmbeddingList(result, 'float', { usage: USAGE, metadata: { attempts: 1 } })).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [1] },
        { object: 'embedding', index: 1, embedding: [2] },
      ],
      model: 'm',
      usage: { prompt_tokens: 7, total_tokens: 7 },
      router_metadata: { attempts: 1 },
    });
  });

  it('writes base64 as little-endian 32-bit floats', () => {
    expect(written([1, -2.5], 'base64')).toBe(Buffer.from([0, 0, 128, 63, 0, 0, 32, 192]).toString('base64'));
  });

  it('passes on a vendor’s base64 byte for byte, and its numbers as they are', () => {
    expect(written('AACAPwAAIMA=', 'base64')).toBe('AACAPwAAIMA=');
    expect(written([0.1, 1e-9], 'float')).toEqual([0.1, 1e-9]);
  });

  it('reads base64 back for a client that wants numbers', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true }), (floats) => {
        const numbers = [...floats];
        expect(written(written(numbers, 'base64') as string, 'float')).toEqual(numbers);
      }),
    );
  });
});
