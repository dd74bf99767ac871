import { isJsonObject } from '../common/json';
import { OBJECTIVES, type Objective } from './objective';

/** What a candidate's parts count for; the three sum to 1. */
export interface ObjectiveShares {
  readonly quality: number;
  readonly price: number;
  readonly speed: number;
}

/**
 * How cheap is told in a number. `typical`: by the square root of the cost against the typical cost of the request's
 * candidates. `logarithm`: twice as dear is the same step everywhere; only for records from before there was a choice.
 */
export type PriceScale = 'typical' | 'logarithm';

/** How hybrid and semantic routing weigh, as data: settings, a routing policy or an experiment may bring another one. */
export interface RoutingProfile {
  readonly objectives: Readonly<Record<Objective, ObjectiveShares>>;
  /** Absent in profiles kept from before there was a choice: `logarithm`. */
  readonly priceScale?: PriceScale;
}

export const DEFAULT_PROFILE: RoutingProfile = {
  objectives: {
    cost_optimized: { quality: 0.3, price: 0.66, speed: 0.04 },
    balanced: { quality: 0.5, price: 0.45, speed: 0.05 },
    quality_focused: { quality: 0.95, price: 0.04, speed: 0.01 },
    speed: { quality: 0.38, price: 0.1, speed: 0.52 },
  },
  priceScale: 'typical',
};

const PARTS = ['quality', 'price', 'speed'] as const;

/** Reads weights per objective, such as `{"balanced": {"quality": 6, "price": 3, "speed": 1}}`; throws an Error saying what is expected. */
export function readObjectiveShares(value: unknown): RoutingProfile['objectives'] {
  if (!isJsonObject(value)) throw new Error('expected a JSON object of weights per objective');
  const unknown = Object.keys(value).find((key) => !OBJECTIVES.some((objective) => objective === key));
  if (unknown !== undefined)
    throw new Error(`expected objectives out of ${OBJECTIVES.join(', ')}, not "${unknown}"`);
  const shares: Record<Objective, ObjectiveShares> = { ...DEFAULT_PROFILE.objectives };
  for (const objective of OBJECTIVES)
    if (value[objective] !== undefined) shares[objective] = readShares(value[objective]);
  return shares;
}

/** True for a profile as it was kept, with its weights to the last digit. */
export function isRoutingProfile(value: unknown): value is RoutingProfile {
  if (!isJsonObject(value)) return false;
  const { objectives, priceScale } = value;
  return (
    isJsonObject(objectives) &&
    (priceScale === undefined || priceScale === 'typical' || priceScale === 'logarithm') &&
    OBJECTIVES.every((objective) => {
      const shares = objectives[objective];
      return isJsonObject(shares) && PARTS.every((part) => typeof shares[part] === 'number');
    })
  );
}

function readShares(value: unknown): ObjectiveShares {
  const parts = PARTS.map((part) => (isJsonObject(value) ? value[part] : undefined));
  const [quality, price, speed] = parts.map((part) =>
    typeof part === 'number' && part >= 0 && part <= 1e6 ? part : Number.NaN,
  );
  const sum = (quality ?? 0) + (price ?? 0) + (speed ?? 0);
  if (!(sum > 0)) throw new Error('expected numbers from 0 for quality, price and speed, not all 0');
  return { quality: (quality ?? 0) / sum, price: (price ?? 0) / sum, speed: (speed ?? 0) / sum };
}
