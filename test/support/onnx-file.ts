/** Fields of a protobuf message: number and content, written in order. */
type Field = readonly [number: number, content: number | string | Buffer];

/** Types of ONNX tensors. */
const FLOAT = 1;
const INT64 = 7;
const ATTRIBUTE_INT = 2;

/** One embedding per token: row i belongs to token i. */
export interface TinyModel {
  readonly table: readonly (readonly number[])[];
  /** `tokens`: a vector per token, for the caller to pool; `sentence`: the sum over what the mask lets through. */
  readonly puts: 'tokens' | 'sentence';
}

/** An ONNX file that looks up token vectors, written byte by byte: enough of the format for a model whose result can be computed by hand. */
export function onnxFile({ table, puts }: TinyModel): Buffer {
  const dimensions = table[0]?.length ?? 0;
  const nodes = puts === 'tokens' ? lookUp('last_hidden_state') : maskedSum();
  const output = puts === 'tokens' ? 'last_hidden_state' : 'sentence_embedding';
  const outputShape = puts === 'tokens' ? ['batch', 'tokens', dimensions] : ['batch', dimensions];
  const graph: Field[] = [
    ...nodes.map((node): Field => [1, node]),
    [2, 'tiny'],
    [5, tensor('table', FLOAT, [table.length, dimensions], floats(table.flat()))],
    [5, tensor('last_axis', INT64, [1], int64s([-1]))],
    [5, tensor('token_axis', INT64, [1], int64s([1]))],
    [11, valueInfo('input_ids', INT64, ['batch', 'tokens'])],
    [11, valueInfo('attention_mask', INT64, ['batch', 'tokens'])],
    [12, valueInfo(output, FLOAT, outputShape)],
  ];
  return message([
    [1, 8],
    [7, message(graph)],
    [8, message([[2, 13]])],
  ]);
}

function lookUp(to: string): Buffer[] {
  return [node('Gather', ['table', 'input_ids'], to)];
}

function maskedSum(): Buffer[] {
  return [
    ...lookUp('vectors'),
    node('Cast', ['attention_mask'], 'mask', ['to', FLOAT]),
    node('Unsqueeze', ['mask', 'last_axis'], 'column'),
    node('Mul', ['vectors', 'column'], 'masked'),
    node('ReduceSum', ['masked', 'token_axis'], 'sentence_embedding', ['keepdims', 0]),
  ];
}

function node(
  type: string,
  inputs: readonly string[],
  output: string,
  attribute?: readonly [string, number],
): Buffer {
  return message([
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, type],
    ...(attribute
      ? [
          [
            5,
            message([
              [1, attribute[0]],
              [3, attribute[1]],
              [20, ATTRIBUTE_INT],
            ]),
          ] satisfies Field,
        ]
      : []),
  ]);
}

function tensor(name: string, type: number, shape: readonly number[], data: Buffer): Buffer {
  return message([...shape.map((size): Field => [1, size]), [2, type], [8, name], [9, data]]);
}

function valueInfo(name: string, type: number, shape: readonly (string | number)[]): Buffer {
  const sizes = shape.map((size): Field => [1, message([typeof size === 'number' ? [1, size] : [2, size]])]);
  const tensorType = message([
    [1, type],
    [2, message(sizes)],
  ]);
  return message([
    [1, name],
    [2, message([[1, tensorType]])],
  ]);
}

function message(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([number, content]) => {
      if (typeof content === 'number') return [varint(number * 8), varint(content)];
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      return [varint(number * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function floats(values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

function int64s(values: readonly number[]): Buffer {
  return Buffer.from(BigInt64Array.from(values, BigInt).buffer);
}
