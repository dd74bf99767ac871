import { textWindow } from '../../common/text-window';

const HEAD = 6_000;
const TAIL = 2_000;

/** What embedders that run a model look at of a text, in characters; the model may read less. */
export function embeddedWindow(text: string): string {
  return textWindow(text, HEAD, TAIL);
}
