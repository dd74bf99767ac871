import type { CustomPattern, Match } from '../custom-pattern';
import type { Finding, FindingSteps, PolicyRule, TextContext } from './policy-rule';
import { detectPii, searchPii, withoutOverlaps } from './pii/detectors';
import type { PiiSpan } from './pii/pii-detector';

const NOTHING: readonly Finding[] = [];

/** Finds personal data, built-in kinds and the operator's own patterns, to be replaced by placeholders such as `[EMAIL]`. */
export class PiiRule implements PolicyRule {
  readonly name = 'pii';

  inspect(text: string, { policy }: TextContext): readonly Finding[] {
    if (!policy.redactPii) return NOTHING;
    const builtIn = detectPii(text);
    if (policy.customPatterns.length === 0) return toFindings(builtIn);
    const custom = policy.customPatterns.map((pattern) => pattern.findAll(text).map(toCustomSpan));
    return toFindings(withoutOverlaps([builtIn, ...custom]));
  }

  *inspectInSteps(text: string, { policy }: TextContext): FindingSteps {
    if (!policy.redactPii) return;
    if (policy.customPatterns.length === 0) {
      for (const spans of searchPii(text)) yield toFindings(spans);
      return;
    }
    const lists: PiiSpan[][] = [];
    for (const search of [searchPii(text), ...policy.customPatterns.map((one) => searchCustom(one, text))]) {
      const list: PiiSpan[] = [];
      for (const spans of search) {
        for (const span of spans) list.push(span);
        yield NOTHING;
      }
      lists.push(list);
    }
    yield toFindings(withoutOverlaps(lists));
  }
}

function* searchCustom(pattern: CustomPattern, text: string): Generator<readonly PiiSpan[], void, undefined> {
  for (const matches of pattern.findInSteps(text)) yield matches.map(toCustomSpan);
}

function toCustomSpan([start, end]: Match): PiiSpan {
  return { type: 'CUSTOM', start, end };
}

function toFindings(spans: readonly PiiSpan[]): readonly Finding[] {
  if (spans.length === 0) return NOTHING;
  return spans.map(({ type, start, end }) => ({ kind: 'redact', type, start, end }));
}
