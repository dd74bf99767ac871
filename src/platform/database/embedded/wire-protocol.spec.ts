import fc from 'fast-check';
import { frame, FrameReader, framesOf, readCString, WireProtocolError } from './wire-protocol';

const limits = { startupBytes: 1000, messageBytes: 5000 };
const message = fc
  .tuple(fc.constantFrom('Q', 'P', 'S', 'B'), fc.uint8Array({ maxLength: 300 }))
  .map(([type, body]) => frame(type, Buffer.from(body)));

function cut(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (let index = 0; offset < stream.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    chunks.push(stream.subarray(offset, offset + size));
    offset += size;
  }
  return chunks;
}

function readAll(chunks: readonly Buffer[], reader: FrameReader): Buffer[] {
  const frames: Buffer[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let next = reader.next(); next !== undefined; next = reader.next()) frames.push(next);
  }
  return frames;
}

function messageReader(): FrameReader {
  const reader = new FrameReader(limits);
  reader.expectMessages();
  return reader;
}

describe('frame reader', () => {
  it('gives the same frames for any chunking', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
        (messages, sizes) => {
          const reader = messageReader();
          const frames = readAll(cut(Buffer.concat(messages), sizes), reader);
          expect(Buffer.concat(frames).equals(Buffer.concat(messages))).toBe(true);
          expect(frames).toHaveLength(messages.length);
          expect(reader.pendingBytes).toBe(0);
        },
      ),
    );
  });

  it('keeps an incomplete frame and gives nothing for it', () => {
    fc.assert(
      fc.property(message, fc.double({ min: 0, max: 0.999, noNaN: true }), (whole, share) => {
        const reader = messageReader();
        const part = whole.subarray(0, Math.floor(whole.length * share));
        expect(readAll([part], reader)).toEqual([]);
        expect(reader.pendingBytes).toBe(part.length);
      }),
    );
  });

  it('reads a start-up packet first and typed messages after the switch', () => {
    const reader = new FrameReader(limits);
    const packet = Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]);
    reader.push(Buffer.concat([packet, frame('S')]));

    expect(reader.next()).toEqual(packet);
    reader.expectMessages();
    expect(reader.next()).toEqual(frame('S'));
  });

  it('refuses a length above the limit as soon as the header is there', () => {
    const reader = messageReader();
    reader.push(Buffer.from([0x51, 0, 0, 0x13, 0x89]));
    expect(() => reader.next()).toThrow(WireProtocolError);
  });

  it.each([0, 1, 3, -1])('refuses the impossible length %i', (length) => {
    const reader = messageReader();
    const header = Buffer.alloc(5, 'Q');
    header.writeInt32BE(length, 1);
    reader.push(header);
    expect(() => reader.next()).toThrow('invalid message length');
  });

  it('joins a large message in linear time', () => {
    const reader = new FrameReader({ startupBytes: 1, messageBytes: 60_000_000 });
    reader.expectMessages();
    const started = performance.now();
    const frames = readAll(cut(frame('Q', Buffer.alloc(50_000_000)), [16_384]), reader);
    expect(frames[0]).toHaveLength(50_000_005);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('server answers', () => {
  it('are walked frame by frame without losing a byte', () => {
    fc.assert(
      fc.property(fc.array(message), (messages) => {
        const answer = Buffer.concat(messages);
        const views = [...framesOf(answer)];
        expect(views).toHaveLength(messages.length);
        expect(views.at(-1)?.end ?? 0).toBe(answer.length);
      }),
    );
  });

  it('have strings that must be terminated', () => {
    expect(readCString(Buffer.from('ab\0c'), 0)).toEqual({ text: 'ab', next: 3 });
    expect(() => readCString(Buffer.from('ab'), 0)).toThrow('without terminator');
  });
});
