import type { ImagePart } from './content-part';
import { pixelsOf, type Pixels } from './image-pixels';

/**
 * How a model counts a picture:
 * - `patch`: squares of so many pixels, at most `maxPatches`, each `hundredths` of a token; `maxPatchesHigh` when the client asks for
 *   `high` or `low` detail and not for whatever the picture has.
 * - `tile`: `base` tokens and `tile` more for each square of 512 pixels, after shrinking to 2048 pixels and 768 on the short side.
 * - `fixed`: not more than this, however large.
 */
export type ImageRule =
  | {
      readonly by: 'patch';
      readonly pixels: number;
      readonly hundredths: number;
      readonly maxPatches: number;
      readonly maxPatchesHigh?: number;
    }
  | { readonly by: 'tile'; readonly base: number; readonly tile: number }
  | { readonly by: 'fixed'; readonly tokens: number };

/** What a bound depends on; undefined pixels for a picture that lies elsewhere or cannot be measured. */
export interface ImageFacts {
  readonly detail: string | undefined;
  readonly pixels: Pixels | undefined;
}

/**
 * Above every vendor whose models have no rule of their own. Documented, in tokens of the largest picture: Gemini 24 tiles of 258
 * (6,192; ai.google.dev/gemini-api/docs/tokens) or 2,240 by media resolution; Llama 3.2 at Together 4 × 1,601; Claude 4,784
 * (platform.claude.com/docs/en/build-with-claude/vision); Pixtral 64 × 65; OpenAI's gpt-4o, 4.1, gpt-5 and o3 at most
 * 1,445, the mini and nano models of 1,536 patches at most 3,779 (developers.openai.com/api/docs/guides/images-vision).
 */
export const ANY_IMAGE: ImageRule = { by: 'fixed', tokens: 7_000 };

const TILE_PIXELS = 512;
const LONG_SIDE = 2_048;
const SHORT_SIDE = 768;
const MOST_TILES = (LONG_SIDE / TILE_PIXELS) * Math.ceil(SHORT_SIDE / TILE_PIXELS);
/** Markers around a picture. */
const FRAME_TOKENS = 16;

/** What a bound needs to know of a picture; looks into the beginning of inline data only. */
export function factsOfImage({ source, detail }: ImagePart): ImageFacts {
  return { detail, pixels: source.kind === 'base64' ? pixelsOf(source.data) : undefined };
}

/** Upper bound on the tokens of a picture for a model with this rule. */
export function upperBoundImageTokens(image: ImageFacts, rule: ImageRule): number {
  if (rule.by === 'fixed') return FRAME_TOKENS + rule.tokens;
  if (rule.by === 'tile') return FRAME_TOKENS + rule.base + rule.tile * tilesOf(image.pixels);
  return FRAME_TOKENS + Math.ceil((patchesOf(image, rule) * rule.hundredths) / 100);
}

function patchesOf(
  { detail, pixels }: ImageFacts,
  { pixels: side, maxPatches, maxPatchesHigh = maxPatches }: Extract<ImageRule, { by: 'patch' }>,
): number {
  const most = detail === 'high' || detail === 'low' ? maxPatchesHigh : maxPatches;
  if (!pixels) return most;
  return Math.min(most, Math.ceil(pixels.width / side) * Math.ceil(pixels.height / side));
}

/** Shrinking rounds, so a side may be a pixel longer than computed. */
function tilesOf(pixels: Pixels | undefined): number {
  if (!pixels) return MOST_TILES;
  const long = Math.max(pixels.width, pixels.height);
  const short = Math.min(pixels.width, pixels.height);
  const fitted = Math.min(1, LONG_SIDE / long);
  const scale = fitted * Math.min(1, SHORT_SIDE / (short * fitted));
  const tiles = (side: number): number => Math.ceil((side * scale + (scale < 1 ? 1 : 0)) / TILE_PIXELS);
  return Math.min(MOST_TILES, tiles(long) * tiles(short));
}
