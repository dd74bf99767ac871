import type { ImageRule } from '../../llm/image-tokens';

/** Squares of 32 pixels. The small models take more tokens for each; the largest factor that was ever documented stands for all of them. */
const patches = (
  hundredths: number,
  maxPatches: number,
  maxPatchesHigh = maxPatches,
): Extract<ImageRule, { by: 'patch' }> => ({
  by: 'patch',
  pixels: 32,
  hundredths,
  maxPatches,
  maxPatchesHigh,
});

const LARGE = 120;
const SMALL = 246;
/** At `high` detail newer models shrink a picture into this many. */
const HIGH = 2_500;
/** Beyond this the vendor refuses the picture. */
const ORIGINAL_REFUSED = 30_000;
const ORIGINAL_SHRUNK = 10_000;

/**
 * The first rule whose name fits the model. Source: developers.openai.com/api/docs/guides/images-vision, as of 2026-11. From
 * GPT-5.4 on a picture counts as large as it is unless the client asks for less detail: 10,000 patches at most, and in GPT-5.6
 * and later a refusal above 30,000. gpt-4o-mini counts tiles at a factor of 33, so that a picture costs what it costs in gpt-4o.
 * The older large models cost 85 + 8 × 170 by tiles or 1,536 by patches, whichever is in force.
 */
const RULES: readonly (readonly [RegExp, ImageRule])[] = [
  [/^gpt-(6|5\.6)-luna/, patches(SMALL, ORIGINAL_REFUSED, HIGH)],
  [/^gpt-(6|5\.6)/, patches(LARGE, ORIGINAL_REFUSED, HIGH)],
  [/^gpt-5\.4-(mini|nano)/, patches(SMALL, ORIGINAL_SHRUNK, HIGH)],
  [/^gpt-5\.[45]/, patches(LARGE, ORIGINAL_SHRUNK, HIGH)],
  [/^(gpt-(5|4\.1)-(mini|nano)|o4-mini)/, patches(SMALL, 1_536)],
  [/^gpt-4o-mini/, { by: 'tile', base: 2_833, tile: 5_667 }],
  [/^(gpt-4o|gpt-4\.1|gpt-5$|o3)/, { by: 'fixed', tokens: 1_600 }],
];

/** How a model of OpenAI counts a picture; undefined when no rule is known. */
export function openAiImageRule(model: string): ImageRule | undefined {
  return RULES.find(([name]) => name.test(model))?.[1];
}
