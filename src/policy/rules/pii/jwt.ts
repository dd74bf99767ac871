import { codeAt, isDigit } from './characters';
import type { PiiScan, PiiSpan } from './pii-detector';

const SHORTEST_PART = 2;
const LONGEST_PART = 65_536;
/** Base64url of `{"`, with which every JSON header begins. */
const START = 'eyJ';

/** Signed tokens: three base64url parts, the first two of them JSON. */
export function detectJwt({ text, start: from, end: to }: PiiScan): PiiSpan[] {
  const found: PiiSpan[] = [];
  for (let start = text.indexOf(START, from); start >= 0 && start < to;) {
    const end = endOfToken(text, start);
    if (end.isToken && !isTokenCharacter(codeAt(text, start - 1)))
      found.push({ type: 'JWT', start, end: end.position });
    start = text.indexOf(START, Math.max(end.position, start + START.length));
  }
  return found;
}

function endOfToken(text: string, start: number): { position: number; isToken: boolean } {
  const header = endOfPart(text, start);
  if (codeAt(text, header) !== 46) return { position: header, isToken: false };
  const payload = endOfPart(text, header + 1);
  const hasPayload = text.startsWith(START, header + 1) || payload - header > 16;
  if (codeAt(text, payload) !== 46 || !hasPayload) return { position: payload, isToken: false };
  const signature = endOfPart(text, payload + 1);
  return {
    position: signature,
    isToken: signature - payload - 1 >= SHORTEST_PART || signature === payload + 1,
  };
}

function endOfPart(text: string, start: number): number {
  const limit = Math.min(text.length, start + LONGEST_PART);
  let end = start;
  while (end < limit && isTokenCharacter(text.charCodeAt(end))) end++;
  return end;
}

function isTokenCharacter(code: number): boolean {
  return (
    isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 45 || code === 95
  );
}
