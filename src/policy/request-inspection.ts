import type { JsonObject } from '../common/json';
import { finish, type Steps } from '../common/steps';
import type { ChatRole } from '../llm/chat-request';
import { inspectJsonObject } from './inspect-json';
import { redactInSteps, redactText, type Redaction } from './redact-text';
import { rewriteJsonText } from './rewrite-json-text';
import type { PiiType } from './rules/pii/pii-detector';
import { LONG_TEXT, type PolicyRule, type TenantPolicy, type ViolationReason } from './rules/policy-rule';
import type { TextInspection } from './text-inspection';

/** Texts shorter than this hold nothing worth finding. */
const SHORTEST_TEXT = 5;
/** Characters of short texts that make up one step. */
const STEP_CHARACTERS = 8192;
/** What the smallest text costs, in characters. */
const FIXED_COST = 24;
const LONGEST_KEY = 256;
const NOTHING: readonly Redaction[] = [];

/**
 * Runs the text rules over every text of one request and gathers what they find. Each method has a twin
 * that works in steps; how a text is looked at depends on its length only, so both find the same.
 */
export class RequestInspection implements TextInspection {
  readonly reasons = new Set<ViolationReason>();
  readonly redactions = new Map<PiiType, number>();
  #spent = 0;

  constructor(
    private readonly rules: readonly PolicyRule[],
    private readonly policy: TenantPolicy,
  ) {}

  text(text: string, role: ChatRole): string {
    if (text.length > LONG_TEXT) return finish(this.textInSteps(text, role));
    const found = this.findIn(text, role);
    if (found.length === 0) return text;
    this.count(found);
    return redactText(text, found);
  }

  jsonText(text: string, role: ChatRole): string {
    return finish(this.jsonTextInSteps(text, role));
  }

  json(value: JsonObject, role: ChatRole): JsonObject {
    return isEmpty(value) ? value : finish(this.jsonInSteps(value, role));
  }

  *textInSteps(text: string, role: ChatRole): Steps<string> {
    if (text.length > LONG_TEXT) return (yield* this.replaceInSteps(text, { prefix: '', role })) ?? text;
    const seen = this.text(text, role);
    if (this.isStepOver()) yield;
    return seen;
  }

  *jsonTextInSteps(text: string, role: ChatRole): Steps<string> {
    const rewritten = yield* rewriteJsonText(text, (value, key) => this.scalarInSteps(value, key, role));
    return rewritten ?? (yield* this.textInSteps(text, role));
  }

  *jsonInSteps(value: JsonObject, role: ChatRole): Steps<JsonObject> {
    return yield* inspectJsonObject(value, this, role);
  }

  /** A string inside a JSON value; its key tells what the value is. Undefined when nothing is found. */
  *scalarInSteps(value: string, key: string | undefined, role: ChatRole): Steps<string | undefined> {
    const prefix = prefixOf(key);
    if (value.length > LONG_TEXT) return yield* this.replaceInSteps(value, { prefix, role });
    if (this.isStepOver()) yield;
    return this.scalar(value, key, role);
  }

  /** The same for a value of at most LONG_TEXT characters. */
  scalar(value: string, key: string | undefined, role: ChatRole): string | undefined {
    const prefix = prefixOf(key);
    const found = behind(prefix.length, this.findIn(prefix + value, role));
    if (found.length === 0) return undefined;
    this.count(found);
    return redactText(value, found);
  }

  block(reason: ViolationReason): void {
    this.reasons.add(reason);
  }

  /** True once per step's worth of short texts. */
  isStepOver(): boolean {
    if (this.#spent < STEP_CHARACTERS) return false;
    this.#spent = 0;
    return true;
  }

  private findIn(text: string, role: ChatRole): readonly Redaction[] {
    this.#spent += text.length + FIXED_COST;
    if (text.length < SHORTEST_TEXT) return NOTHING;
    const context = { policy: this.policy, role };
    let redactions: Redaction[] | undefined;
    for (const rule of this.rules) {
      for (const finding of rule.inspect?.(text, context) ?? []) {
        if (finding.kind === 'block') this.reasons.add(finding.reason);
        else (redactions ??= []).push(finding);
      }
    }
    return redactions === undefined ? NOTHING : inOrder(redactions);
  }

  private *replaceInSteps(
    text: string,
    { prefix, role }: { readonly prefix: string; readonly role: ChatRole },
  ): Steps<string | undefined> {
    const found = behind(prefix.length, yield* this.findInSteps(prefix + text, role));
    if (found.length === 0) return undefined;
    this.count(found);
    return yield* redactInSteps(text, found);
  }

  private *findInSteps(text: string, role: ChatRole): Steps<readonly Redaction[]> {
    const redactions: Redaction[] = [];
    for (const rule of this.rules) {
      for (const findings of rule.inspectInSteps?.(text, { policy: this.policy, role }) ?? []) {
        for (const finding of findings) {
          if (finding.kind === 'block') this.reasons.add(finding.reason);
          else redactions.push(finding);
        }
        yield;
      }
    }
    return inOrder(redactions);
  }

  private count(redactions: readonly Redaction[]): void {
    for (let i = 0; i < redactions.length;) {
      const type = redactions[i]?.type ?? 'CUSTOM';
      const from = i;
      while (i < redactions.length && redactions[i]?.type === type) i++;
      this.redactions.set(type, (this.redactions.get(type) ?? 0) + i - from);
    }
  }
}

function isEmpty(value: JsonObject): boolean {
  for (const _ in value) return false;
  return true;
}

/** Only the end of a long key can say something about the value. */
function prefixOf(key: string | undefined): string {
  return key === undefined ? '' : `${key.slice(-LONGEST_KEY).replaceAll('_', ' ')}: `;
}

/** What was found behind a prefix, in positions of the text without it. */
function behind(prefix: number, found: readonly Redaction[]): readonly Redaction[] {
  if (prefix === 0 || found.length === 0) return found;
  return found
    .filter(({ end }) => end > prefix)
    .map(({ type, start, end }) => ({ type, start: Math.max(start - prefix, 0), end: end - prefix }));
}

/** Findings of several rules may overlap; the first one wins. */
function inOrder(redactions: readonly Redaction[]): readonly Redaction[] {
  if (areInOrder(redactions)) return redactions;
  let end = -1;
  return [...redactions]
    .sort((a, b) => a.start - b.start)
    .filter((redaction) => {
      const isFree = redaction.start >= end;
      if (isFree) end = redaction.end;
      return isFree;
    });
}

function areInOrder(redactions: readonly Redaction[]): boolean {
  let end = -1;
  for (const redaction of redactions) {
    if (redaction.start < end) return false;
    end = redaction.end;
  }
  return true;
}
