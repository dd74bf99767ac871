const MAX_NAME = 200;

/** A client's text in a form the database takes: no control characters, no half characters, not too long. */
export function toLedgerText(text: string): string {
  return text
    .slice(0, MAX_NAME)
    .replaceAll(/\p{Cc}/gu, ' ')
    .toWellFormed()
    .trim();
}
