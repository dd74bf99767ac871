import type { Finding, FindingSteps, PolicyRule, TextContext } from './policy-rule';

/** From this score on a text counts as an attack. */
const BLOCKING_SCORE = 1;
const NOTHING: readonly Finding[] = [];

/** Blocks attempts to talk the model out of its rules, in whatever message they stand. */
export class JailbreakRule implements PolicyRule {
  readonly name = 'jailbreak';

  inspect(text: string, context: TextContext): readonly Finding[] {
    if (!context.policy.detectJailbreak) return NOTHING;
    return findingsOf(context.policy.jailbreakPatterns.score(text, optionsOf(context)));
  }

  *inspectInSteps(text: string, context: TextContext): FindingSteps {
    if (!context.policy.detectJailbreak) return;
    const steps = context.policy.jailbreakPatterns.scoreInSteps(text, optionsOf(context));
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield NOTHING;
    yield findingsOf(step.value);
  }
}

const DISCOUNT_GUARDED = { discountGuarded: true };
const COUNT_ALL = { discountGuarded: false };

function optionsOf({ role }: TextContext): { readonly discountGuarded: boolean } {
  return role === 'system' || role === 'developer' ? DISCOUNT_GUARDED : COUNT_ALL;
}

function findingsOf(score: number): readonly Finding[] {
  return score >= BLOCKING_SCORE ? [{ kind: 'block', reason: 'jailbreak_detected' }] : NOTHING;
}
