import { Setting } from '../platform/config/setting';
import { flag, json, listMap, text } from '../platform/config/setting-types';
import { CustomPattern } from './custom-pattern';

/** What every tenant's requests are checked for. */
export class PolicyConfig {
  static readonly section = 'Policy';

  @Setting({
    env: 'FEATURES__REDACT_PII',
    type: flag(),
    default: true,
    modeDefaults: { basic: false },
    describe: 'Whether personal data in prompts is replaced by placeholders before a vendor sees it.',
  })
  readonly redactPii: boolean;

  @Setting({
    env: 'POLICY__ENABLE_JAILBREAK_DETECTION',
    type: flag(),
    default: true,
    modeDefaults: { basic: false },
    describe: 'Whether attempts to talk a model out of its rules are refused.',
  })
  readonly detectJailbreak: boolean;

  @Setting({
    env: 'POLICY__JAILBREAK_PATTERNS_PATH',
    type: text(),
    describe:
      'File with further jailbreak phrases, one per line, `#` for comments; each blocks alone. Changes take effect within 15 seconds.',
    example: 'config/jailbreak.txt',
  })
  readonly jailbreakPatternsPath: string | undefined;

  @Setting({
    env: 'POLICY__MODEL_ALLOW',
    type: listMap(),
    default: {},
    describe:
      'Models each organization (by slug) may use; an entry may end in `*`. Organizations not named may use all.',
    example: '{"tenant_a":["gpt-4o","openai/*"]}',
  })
  readonly modelAllow: Readonly<Record<string, readonly string[]>>;

  @Setting({
    env: 'POLICY__MODEL_DENY',
    type: listMap(),
    default: {},
    describe: 'Models each organization (by slug) may not use; wins over the allow list.',
    example: '{"tenant_a":["gpt-4o-mini"]}',
  })
  readonly modelDeny: Readonly<Record<string, readonly string[]>>;

  @Setting({
    env: 'POLICY__REGION_ALLOW',
    type: listMap(),
    default: {},
    describe:
      'Regions each organization (by slug) may use; `eu` covers `eu-west-1`. Models whose provider promises no region count as `global`.',
    example: '{"tenant_a":["us","eu"]}',
  })
  readonly regionAllow: Readonly<Record<string, readonly string[]>>;

  @Setting({
    env: 'POLICY__REGION_DENY',
    type: listMap(),
    default: {},
    describe: 'Regions each organization (by slug) may not use; wins over the allow list.',
    example: '{"tenant_a":["cn","ru"]}',
  })
  readonly regionDeny: Readonly<Record<string, readonly string[]>>;

  @Setting({
    env: 'POLICY__EXTRA_PII_REGEX',
    type: json('a JSON array of regular expressions (RE2 syntax)', readPatterns),
    default: [],
    describe:
      'Further patterns of sensitive text, replaced by `[CUSTOM]`. Run by a linear-time engine: no look-around, no back-references.',
    example: '["customsecret\\\\d+","internal_id_\\\\w+"]',
  })
  readonly extraPiiPatterns: readonly CustomPattern[];
}

function readPatterns(value: unknown): readonly CustomPattern[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Error('expected a JSON array of regular expressions');
  }
  return value.map((source, i) => {
    try {
      return new CustomPattern(source);
    } catch (error) {
      throw new Error(`pattern ${i + 1}: ${error instanceof Error ? error.message : 'cannot be compiled'}`, {
        cause: error,
      });
    }
  });
}
