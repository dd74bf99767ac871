import fc from 'fast-check';
import { decodeLines, encodeLine } from './line-codec';
import type { OutboxLine } from './outbox-line';

const anyLine: fc.Arbitrary<OutboxLine> = fc.record({
  topic: fc.string(),
  kind: fc.constantFrom('intent' as const, 'outcome' as const, 'event' as const),
  id: fc.string({ unit: 'binary' }),
  payload: fc
    .dictionary(fc.string(), fc.jsonValue())
    .map((value) => JSON.parse(JSON.stringify(value)) as OutboxLine['payload']),
});

const line = (n: number): OutboxLine => ({
  topic: 'usage',
  kind: 'outcome',
  id: `att_${n}`,
  payload: { n, text: 'ü\n"x"' },
});
const idsOf = (content: Buffer): string[] => decodeLines(content).lines.map((found) => found.id);

describe('the line codec', () => {
  it('gives back every line exactly, whatever text it holds', () => {
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 20 }), (lines) => {
        const decoded = decodeLines(Buffer.from(lines.map(encodeLine).join('')));

        expect(decoded).toEqual({ lines, corrupted: 0, torn: false });
      }),
    );
  });

  it('keeps every whole line wherever the file was cut off', () => {
    const texts = [1, 2, 3].map((n) => encodeLine(line(n)));
    const content = Buffer.from(texts.join(''));
    for (let cut = 0; cut <= content.length; cut++) {
      const decoded = decodeLines(content.subarray(0, cut));
      let end = 0;
      const whole = texts.filter((text) => (end += Buffer.byteLength(text)) - 1 <= cut).length;

      expect(decoded.lines.map((found) => found.id)).toEqual(['att_1', 'att_2', 'att_3'].slice(0, whole));
      expect(decoded.corrupted).toBe(0);
    }
  });

  it('never takes a damaged line for a good one and loses no other line to it', () => {
    const texts = [1, 2, 3].map((n) => Buffer.from(encodeLine(line(n))));
    const [first, second] = texts.map((text) => text.length);
    const damage = fc.record({ offset: fc.nat((second ?? 1) - 1), flip: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(damage, ({ offset, flip }) => {
        const content = Buffer.concat(texts);
        const at = (first ?? 0) + offset;
        content.writeUInt8(content.readUInt8(at) ^ flip, at);
        const decoded = decodeLines(content);

        expect(idsOf(content)).toEqual(['att_1', 'att_3']);
        expect(decoded.corrupted).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('finds the line that follows a half-written one without a line feed', () => {
    const half = Buffer.from(encodeLine(line(1))).subarray(0, 20);
    const content = Buffer.concat([half, Buffer.from(encodeLine(line(2)))]);

    expect(idsOf(content)).toEqual(['att_2']);
    expect(decodeLines(content).corrupted).toBe(1);
  });

  it('survives any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeLines(Buffer.from(bytes)).lines).toEqual([]);
      }),
    );
  });
});
