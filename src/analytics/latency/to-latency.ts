import type { LatencyFiguresDto, LatencyMeasureDto } from './latency.dto';
import type { LatencyDimension, LatencySlots } from './latency.query';
import { latencyFigures } from './percentiles';

const UNKNOWN = 'unknown';

/** Shows one kind of latency. */
export function toMeasure(
  groups: readonly LatencySlots[],
  measure: LatencySlots['measure'],
): LatencyMeasureDto {
  const own = groups.filter((group) => group.measure === measure);
  const overall = own.find((group) => group.dimension === undefined);
  const by = (dimension: LatencyDimension): Record<string, LatencyFiguresDto> =>
    Object.fromEntries(
      own
        .filter((group) => group.dimension === dimension)
        .map(({ name, slots }) => [name === '' ? UNKNOWN : name, { ...latencyFigures(slots) }]),
    );
  return {
    overall: { ...latencyFigures(overall?.slots ?? []) },
    by_provider: by('provider'),
    by_model: by('model'),
    by_provider_region: by('region'),
    by_caller_region: by('caller_region'),
  };
}
