import type { CatalogView } from './catalog-view';
import { ROUTER_VERSION, toDecisionRecord, type DecisionRecord } from './decision-record';
import { planRoute } from './plan-route';
import type { RoutePlan } from './route-plan';
import type { RoutingProfile } from './routing-profile';
import type { RoutingStrategy } from './strategies/routing-strategy';
import { embedderFailureOf, rejectedOf, toRouteInput } from './unpack-record';

export type Replay =
  | {
      readonly kind: 'replayed';
      /** The record of the decision made again. */
      readonly record: DecisionRecord;
      readonly plan: RoutePlan | undefined;
      /** Byte for byte the same record: same scores, same plan. */
      readonly identical: boolean;
    }
  /** The router, catalogue, profile or engine of the record is not at hand. */
  | { readonly kind: 'other_version'; readonly differs: 'router' | 'catalog' | 'profile' | 'engine' };

/** What a record refers to by version. */
export interface ReplaySources {
  readonly catalog: CatalogView;
  /** Undefined for a version that is not known. */
  readonly profileOf: (version: string) => RoutingProfile | undefined;
  readonly strategies: readonly RoutingStrategy[];
}

/** Makes a recorded decision again from the record alone. */
export function replayDecision(record: DecisionRecord, sources: ReplaySources): Replay {
  const { catalog, strategies } = sources;
  if (record.v[0] !== ROUTER_VERSION) return { kind: 'other_version', differs: 'router' };
  if (record.v[1] !== catalog.version) return { kind: 'other_version', differs: 'catalog' };
  const profile = sources.profileOf(record.v[2]);
  if (profile === undefined) return { kind: 'other_version', differs: 'profile' };
  const strategy = strategies.find(({ name }) => name === record.e);
  if (strategy === undefined) return { kind: 'other_version', differs: 'engine' };
  const input = toRouteInput(record, catalog, profile);
  const plan = input.candidates.length === 0 ? undefined : planRoute(strategy, input);
  const again = toDecisionRecord(
    {
      id: record.id,
      input,
      rejected: rejectedOf(record, catalog),
      plan,
      predictedBy: record.pv,
      embedderFailure: embedderFailureOf(record),
    },
    catalog,
  );
  return {
    kind: 'replayed',
    record: again,
    plan,
    identical: JSON.stringify(again) === JSON.stringify(record),
  };
}
