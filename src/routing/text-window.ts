/** Routing looks at this many characters from each end of a prompt, so a megabyte costs no more than a page. */
const WINDOW_CHARACTERS = 4096;

/** The beginning and the end of a long text, a short one whole. */
export function windowOf(text: string): string {
  if (text.length <= 2 * WINDOW_CHARACTERS) return text;
  return `${text.slice(0, WINDOW_CHARACTERS)}\n${text.slice(-WINDOW_CHARACTERS)}`;
}
