import fc from 'fast-check';
import { pixelsOf } from '../../llm/image-pixels';
import { ANY_IMAGE, factsOfImage, upperBoundImageTokens, type ImageFacts } from '../../llm/image-tokens';
import { KNOWN_MODELS } from '../known-models';
import type { ModelCard } from '../model-card';

/** Inline pictures of a size, made here byte by byte; what follows the header is nonsense. */
const PICTURES: Readonly<Record<string, (width: number, height: number) => string>> = {
  png: (width, height) => {
    const bytes = Buffer.alloc(40);
    bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
    bytes.writeUInt32BE(width, 16);
    bytes.writeUInt32BE(height, 20);
    return bytes.toString('base64');
  },
  jpeg: (width, height) => {
    const thumbnail = Buffer.from([0xff, 0xe1, 0xff, 0xfe, ...Array.from({ length: 65_532 }, () => 0xc0)]);
    const frame = Buffer.from([
      0xff,
      0xc2,
      0,
      17,
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      3,
      1,
    ]);
    return Buffer.concat([Buffer.from([0xff, 0xd8]), thumbnail, Buffer.from([0xff]), frame]).toString(
      'base64',
    );
  },
  'webp, lossless': (width, height) => {
    const bytes = Buffer.alloc(40);
    bytes.write('RIFF....WEBPVP8L....\x2f', 'latin1');
    bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
    return bytes.toString('base64');
  },
  'webp, extended': (width, height) => {
    const bytes = Buffer.alloc(40);
    bytes.write('RIFF....WEBPVP8X', 'latin1');
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
    return bytes.toString('base64');
  },
};

const cards = KNOWN_MODELS.filter(({ capabilities }) => capabilities.vision);
const cardOf = (name: string): ModelCard => {
  const card = cards.find(({ model }) => model === name);
  if (!card) throw new Error(`no vision model ${name}`);
  return card;
};
const bound = (card: ModelCard, facts: Partial<ImageFacts> = {}): number =>
  upperBoundImageTokens({ detail: undefined, pixels: undefined, ...facts }, card.imageRule ?? ANY_IMAGE);

/** Tokens by the vendors' documents, computed otherwise than in the code: in floating point, step by step. */
const patchTokens =
  (factor: number, budget: number) =>
  (width: number, height: number): number => {
    const patches = Math.ceil(width / 32) * Math.ceil(height / 32);
    return Math.ceil(Math.min(patches, budget) * factor);
  };
const tileTokens =
  (base: number, tile: number) =>
  (width: number, height: number): number => {
    const fitted = Math.max(width, height) > 2_048 ? 2_048 / Math.max(width, height) : 1;
    const short = Math.min(width, height) * fitted;
    const scale = short > 768 ? (fitted * 768) / short : fitted;
    const tiles = (side: number): number => Math.ceil(Math.round(side * scale) / 512);
    return base + tile * tiles(width) * tiles(height);
  };
function geminiTiles(width: number, height: number): number {
  const scale = Math.min(1, 3_072 / Math.max(width, height));
  const [w, h] = [width * scale, height * scale];
  if (Math.max(w, h) <= 384) return 258;
  const unit = Math.min(768, Math.max(256, Math.floor(Math.min(w, h) / 1.5)));
  return 258 * Math.ceil(w / unit) * Math.ceil(h / unit);
}
const claude = (width: number, height: number): number => Math.min(4_784, Math.ceil((width * height) / 750));

const DOCUMENTED: readonly (readonly [string, (width: number, height: number) => number])[] = [
  ['gpt-4o', tileTokens(85, 170)],
  ['gpt-4o-mini', tileTokens(2_833, 5_667)],
  ['gpt-4.1', tileTokens(85, 170)],
  ['gpt-4.1', patchTokens(1, 1_536)],
  ['gpt-4.1-mini', patchTokens(1.62, 1_536)],
  ['gpt-4.1-nano', patchTokens(2.46, 1_536)],
  ['gpt-5', tileTokens(70, 140)],
  ['gpt-5-mini', patchTokens(1.62, 1_536)],
  ['gpt-5-nano', patchTokens(2.46, 1_536)],
  ['gpt-5.2', patchTokens(1.2, 2_500)],
  ['gpt-5.5', patchTokens(1.2, 10_000)],
  ['gpt-5.6-sol', patchTokens(1.2, 30_000)],
  ['gpt-6-astra', patchTokens(1.2, 30_000)],
  ['o3', tileTokens(75, 150)],
  ['o4-mini', patchTokens(1.72, 1_536)],
  ['gemini-2.5-flash', geminiTiles],
  ['gemini-3-flash-preview', () => 2_240],
  ['claude-opus-5-5', claude],
  ['mistral-large-2512', () => 64 * 65],
  ['Qwen/Qwen3.5-397B-A17B', patchTokens(1, 16_384)],
];
const side = fc.oneof(
  fc.integer({ min: 1, max: 9_000 }),
  fc.constantFrom(32, 512, 513, 768, 1_024, 2_048, 2_049),
);

describe('the bound of a picture', () => {
  it.each(DOCUMENTED)(
    'is never below what %s counts, whether its size is known or not',
    (name, documented) => {
      const card = cardOf(name);
      fc.assert(
        fc.property(side, side, (width, height) => {
          const tokens = documented(width, height);

          expect(bound(card, { pixels: { width, height } })).toBeGreaterThanOrEqual(tokens);
          expect(bound(card)).toBeGreaterThanOrEqual(tokens);
        }),
        { numRuns: 500 },
      );
    },
  );

  it('is close where the size is known: a square of 1024 pixels', () => {
    const pixels = { width: 1_024, height: 1_024 };

    expect(bound(cardOf('gpt-6-astra'), { pixels })).toBe(16 + 1_229);
    expect(bound(cardOf('gpt-4o-mini'), { pixels })).toBe(16 + 2_833 + 4 * 5_667);
    expect(bound(cardOf('gpt-6-astra'))).toBe(16 + 36_000);
    expect(bound(cardOf('gpt-6-astra'), { detail: 'high' })).toBe(16 + 3_000);
  });

  it.each(Object.entries(PICTURES))('reads the size of a %s from its beginning', (_, make) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16_383 }),
        fc.integer({ min: 1, max: 16_383 }),
        (width, height) => {
          expect(pixelsOf(make(width, height))).toEqual({ width, height });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes the largest there can be for what it cannot measure', () => {
    const unmeasured = [
      { kind: 'url', url: 'https://x.test/a.png' },
      { kind: 'base64', mediaType: 'image/png', data: '' },
      { kind: 'base64', mediaType: 'image/png', data: 'A'.repeat(400) },
      // Its frames may be larger than its screen.
      {
        kind: 'base64',
        mediaType: 'image/gif',
        data: Buffer.from(`GIF89a\x01\0\x01\0${'.'.repeat(40)}`).toString('base64'),
      },
      // Cut off in front of the frame header.
      { kind: 'base64', mediaType: 'image/jpeg', data: PICTURES['jpeg']?.(9, 9).slice(0, 80_000) ?? '' },
      { kind: 'base64', mediaType: 'image/png', data: PICTURES['png']?.(0, 9) ?? '' },
    ] as const;

    for (const source of unmeasured) {
      expect(factsOfImage({ type: 'image', source }).pixels).toBeUndefined();
    }
  });

  it('never fails on random bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '\xff\xd8', 'RIFF....WEBPVP8 '),
        (bytes, start) => {
          const data = Buffer.concat([Buffer.from(start, 'latin1'), bytes]).toString('base64');
          const pixels = pixelsOf(data);
          expect(pixels === undefined || (pixels.width > 0 && pixels.height > 0)).toBe(true);
        },
      ),
    );
  });

  it('has a rule, or the general bound, for every model of the catalogue that sees', () => {
    expect(cards.length).toBeGreaterThan(30);
    for (const card of cards) expect(bound(card)).toBeGreaterThan(1_500);
  });
});
