import fc from 'fast-check';
import { AppError } from '../../common/app-error';
import { parseEmbeddingRequest } from './parse-embedding-request';

function paramOf(body: unknown): unknown {
  try {
    parseEmbeddingRequest(body);
    return 'accepted';
  } catch (error) {
    if (error instanceof AppError) return error.param;
    throw error;
  }
}

describe('parseEmbeddingRequest', () => {
  it.each([
    ['a text', 'hi', ['hi']],
    ['texts', ['a', 'b'], ['a', 'b']],
    ['token ids', [1, 2], [[1, 2]]],
    ['lists of token ids', [[1], [2, 3]], [[1], [2, 3]]],
    ['both mixed', ['a', [7]], ['a', [7]]],
  ])('takes %s', (_, input, inputs) => {
    expect(parseEmbeddingRequest({ input }).inputs).toEqual(inputs);
  });

  it('keeps every other field: known ones by name, the rest as extensions, the router’s own nowhere', () => {
    const body = {
      input: 'x',
      model: 'm',
      encoding_format: 'base64',
      dimensions: 64,
      user: 'u',
      input_type: 'search_query',
      truncate: 'END',
      region: 'eu',
      max_budget: 1,
    };

    expect(parseEmbeddingRequest(body)).toEqual({
      model: 'm',
      inputs: ['x'],
      encoding: 'base64',
      dimensions: 64,
      purpose: 'query',
      user: 'u',
      extensions: { truncate: 'END' },
    });
  });

  it.each([
    [undefined, 'body'],
    [[], 'body'],
    [{}, 'input'],
    [{ input: null }, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: {} }, 'input'],
    [{ input: 5 }, 'input'],
    [{ input: ['a', ''] }, 'input[1]'],
    [{ input: ['a', null] }, 'input[1]'],
    [{ input: ['a', 5] }, 'input[1]'],
    [{ input: [1, 'a'] }, 'input[1]'],
    [{ input: [1, -1] }, 'input[1]'],
    [{ input: [1, 1.5] }, 'input[1]'],
    [{ input: [[]] }, 'input[0]'],
    [{ input: [[1, [2]]] }, 'input[0][1]'],
    [{ input: [[4_294_967_296]] }, 'input[0][0]'],
    [{ input: Array(2_049).fill('a') }, 'input'],
    [{ input: 'a', model: 5 }, 'model'],
    [{ input: 'a', encoding_format: 'int8' }, 'encoding_format'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
    [{ input: 'a', dimensions: 1.5 }, 'dimensions'],
    [{ input: 'a', dimensions: 1e9 }, 'dimensions'],
    [{ input: 'a', input_type: 'image' }, 'input_type'],
    [{ input: 'a', user: {} }, 'user'],
  ])('refuses %j and names the field', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });

  it('either reads a hostile body or refuses it by a field, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.record({ input: fc.anything(), dimensions: fc.anything() }), (body) => {
        paramOf(body);
      }),
    );
  });
});
