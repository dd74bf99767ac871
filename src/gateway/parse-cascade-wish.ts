import { isJsonObject } from '../common/json';
import {
  CASCADE_TYPES,
  toCascadeWish,
  type CascadeDefaults,
  type CascadeType,
  type CascadeWish,
} from '../routing/cascade/cascade-types';
import { invalidField } from './openai/wire-reader';

const FIELDS: ReadonlySet<string> = new Set([
  'cascade_type',
  'max_budget',
  'quality_threshold',
  'confidence_threshold',
]);

/**
 * The cascade a client asks for: by `cascade_config` in the body, which rules it, or by `X-Enable-Cascade`. Undefined
 * when it asks for none; 400 for values that mean nothing.
 */
export function parseCascadeWish(
  config: unknown,
  header: string | undefined,
  defaults: CascadeDefaults,
): CascadeWish | undefined {
  const enabled = parseFlag(header);
  if (config === undefined || config === null)
    return enabled === true ? toCascadeWish(defaults.type, {}, defaults.judge) : undefined;
  if (!isJsonObject(config)) throw invalidField('cascade_config', 'expected an object');
  const unknown = Object.keys(config).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    throw invalidField(
      `cascade_config.${unknown}`,
      `there is no such field; there are ${[...FIELDS].join(', ')}`,
    );
  const type = parseType(config['cascade_type']) ?? defaults.type;
  return toCascadeWish(
    type,
    {
      quality: parseShare('quality_threshold', config['quality_threshold']),
      confidence: parseShare('confidence_threshold', config['confidence_threshold']),
    },
    defaults.judge,
  );
}

function parseFlag(header: string | undefined): boolean | undefined {
  const word = header?.toLowerCase();
  if (word === undefined) return undefined;
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw invalidField('X-Enable-Cascade', 'expected true or false');
}

function parseType(value: unknown): CascadeType | undefined {
  if (value === undefined || value === null) return undefined;
  const type = CASCADE_TYPES.find((known) => known === value);
  if (!type) throw invalidField('cascade_config.cascade_type', `expected one of ${CASCADE_TYPES.join(', ')}`);
  return type;
}

/** Kept in steps of a thousandth, as the decision record keeps it. */
function parseShare(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !(value >= 0 && value <= 1))
    throw invalidField(`cascade_config.${name}`, 'expected a number from 0 to 1');
  return Math.round(value * 1000) / 1000;
}
