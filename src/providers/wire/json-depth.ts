/** Nesting beyond this would overflow the stack of whoever serialises the value again. */
const MAX_DEPTH = 64;

/** True when a JSON value is nested no deeper than any sane vendor sends. Walks without recursion. */
export function isReasonablyDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const child of Object.values(item)) if (typeof child === 'object') next.push(child);
    }
    if (next.length === 0) return true;
    level = next;
  }
  return false;
}
