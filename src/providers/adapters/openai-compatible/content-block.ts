import { isJsonObject } from '../../../common/json';

/** What a block of a content list says. */
interface SpokenBlock {
  readonly type: 'text' | 'reasoning';
  readonly text: string;
}

/** Some servers answer with a list of blocks, thinking among them (Mistral); undefined for a block without words. */
export function toSpokenBlock(block: unknown): SpokenBlock | undefined {
  if (!isJsonObject(block)) return undefined;
  const { thinking } = block;
  if (thinking !== undefined) return spoken('reasoning', textOf(thinking));
  return spoken('text', textOf(block['text']));
}

function spoken(type: SpokenBlock['type'], text: string): SpokenBlock | undefined {
  return text === '' ? undefined : { type, text };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.map((item: unknown) => (isJsonObject(item) ? textOf(item['text']) : '')).join('');
}
