import fc from 'fast-check';
import { SseLimitExceeded, SseParser, type SseEvent } from './sse-parser';

function parse(chunks: readonly Buffer[], maxLine?: number): SseEvent[] {
  const parser = new SseParser(maxLine);
  return [...chunks.flatMap((chunk) => [...parser.push(chunk)]), ...parser.end()];
}

function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const sorted = [...offsets].sort((a, b) => a - b);
  const bounds = [0, ...sorted, bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

const dataOf = (text: string): string[] => parse([Buffer.from(text)]).map((event) => event.data);

describe('SseParser', () => {
  it.each([
    ['line feeds', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['carriage returns with line feeds', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['carriage returns alone', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['mixed line endings', 'data: a\r\n\ndata: b\n\r\n', ['a', 'b']],
    ['comments', ': ping\n\ndata: a\n: ping\n\n', ['a']],
    ['no space after the colon', 'data:a\n\n', ['a']],
    ['only one space removed', 'data:  a\n\n', [' a']],
    ['several data lines', 'data: a\ndata: b\n\n', ['a\nb']],
    ['a data line without colon', 'data\n\n', ['']],
    ['fields that only begin like data', 'database: x\ndata: a\n\n', ['a']],
    ['id and retry', 'id: 1\nretry: 5\ndata: a\n\n', ['a']],
    ['a last event without blank line', 'data: a\n\ndata: b', ['a', 'b']],
    ['a byte order mark', '\ufeffdata: a\n\n', ['a']],
    ['an event without data', 'event: ping\n\ndata: a\n\n', ['a']],
  ])('takes %s', (_what, text, expected) => {
    expect(dataOf(text)).toEqual(expected);
  });

  it('keeps the event name with its own event only', () => {
    expect(parse([Buffer.from('event: error\ndata: a\n\ndata: b\n\n')])).toEqual([
      { name: 'error', data: 'a' },
      { name: '', data: 'b' },
    ]);
  });

  it('gives the same events however the bytes are cut', () => {
    const wire = Buffer.from(
      '\ufeffevent: x\r\ndata: grüße 🌍 漢\r\n\r\n: ping\n\ndata:{"a":\r\rdata: last\ndata: 2',
    );
    const whole = parse([wire]);
    for (let offset = 0; offset <= wire.length; offset++) expect(parse(cut(wire, [offset]))).toEqual(whole);
    expect(parse(Array.from(wire, (byte) => Buffer.from([byte])))).toEqual(whole);
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length), { maxLength: 12 }), (offsets) => {
        expect(parse(cut(wire, offsets))).toEqual(whole);
      }),
    );
  });

  it('reads any text back byte for byte, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(500), { maxLength: 10 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        (texts, cuts, newline) => {
          const encoded = texts.map((text) => JSON.stringify(text));
          const wire = Buffer.from(encoded.map((data) => `data: ${data}${newline}${newline}`).join(''));
          const offsets = cuts.filter((offset) => offset <= wire.length);

          expect(parse(cut(wire, offsets)).map((event) => event.data)).toEqual(encoded);
        },
      ),
    );
  });

  it('refuses a line without end instead of keeping it all', () => {
    const parser = new SseParser(1_000);
    const piece = Buffer.from('x'.repeat(100));

    expect(() => {
      for (let i = 0; i < 11; i++) parser.push(piece);
    }).toThrow(SseLimitExceeded);
  });

  it('refuses an event of endless data lines', () => {
    expect(() => parse([Buffer.from('data: 0123456789\n'.repeat(200))], 1_000)).toThrow(SseLimitExceeded);
  });
});
