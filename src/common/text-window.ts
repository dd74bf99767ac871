/** The beginning and the end of a text, as much of both as is asked for: enough to see what a long prompt is about. */
export function textWindow(text: string, head: number, tail: number): string {
  if (text.length <= head + tail) return text;
  return `${text.slice(0, head)}\n${text.slice(-tail)}`;
}
