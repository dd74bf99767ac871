import { tableLines } from '../../scripts/lib/table.mjs';
import { tokensPerAnswer } from './requests.mjs';
import { median, quantile, withQuartiles } from './statistics.mjs';
import { barChart } from './svg-chart.mjs';

/** The most CPU per request that is acceptable, as a multiple of the floor. */
export const cpuAim = 3;

/** Everything a reader needs, from the cycles: the tables as lines, the figures, the chart. */
export function summarize(cycles, variants) {
  const figures = Object.fromEntries(
    variants.map((variant) => [variant.name, figuresOf(cycles, variant.name)]),
  );
  return { figures, lines: tables(figures, variants), chart: chart(figures, variants) };
}

function figuresOf(cycles, name) {
  const each = (scenario, pick) =>
    cycles
      .map((cycle) => pick(cycle[scenario][name], cycle[scenario]))
      .filter((value) => Number.isFinite(value));
  const added = (scenario, field) =>
    each(scenario, (own, all) => own[field] - (all.direct?.[field] ?? Number.NaN));
  return {
    perSecond: each('json-32', (own) => own.perSecond),
    perSecondVsFloor: each('json-32', (own, all) => own.perSecond / all.floor?.perSecond),
    p50: each('json-32', (own) => own.p50),
    p99: each('json-32', (own) => own.p99),
    cpuUs: each('json-32', (own) => own.cpuUs.api),
    cpuVsFloor: each('json-32', (own, all) => own.cpuUs.api / all.floor?.cpuUs.api),
    workerUs: each('json-32', (own) => own.cpuUs.worker),
    drainMs: each('json-32', (own) => own.drainMs),
    added4P50: added('json-4', 'p50'),
    added4P99: added('json-4', 'p99'),
    added1P50: added('json-1', 'p50'),
    added1P99: added('json-1', 'p99'),
    firstTokenMs: each('stream-8', (own) => own.firstByteP50),
    addedFirstToken: added('stream-8', 'firstByteP50'),
    streamsPerSecond: each('stream-8', (own) => own.perSecond),
    tokenUs: each('stream-8', (own) => own.cpuUs.api / tokensPerAnswer),
    tokenVsFloor: each('stream-8', (own, all) => own.cpuUs.api / all.floor?.cpuUs.api),
    errors: cycles.reduce(
      (sum, cycle) => sum + Object.values(cycle).reduce((all, one) => all + one[name].errors, 0),
      0,
    ),
  };
}

function tables(figures, variants) {
  const shown = (values, digits) => (values.length === 0 ? '-' : median(values).toFixed(digits));
  const rows = (columns) => [
    ['variant', ...columns.map(([heading]) => heading)],
    ...variants.map(({ name, label }) => [label, ...columns.map(([, cell]) => cell(figures[name]))]),
  ];
  return [
    'JSON, 32 connections: medians of the slices; ratios are medians of per-cycle ratios [quartiles]',
    ...tableLines(
      rows([
        ['req/s', (one) => shown(one.perSecond, 0)],
        ['p50 ms', (one) => shown(one.p50, 1)],
        ['p99 ms', (one) => shown(one.p99, 1)],
        ['req/s vs floor', (one) => withQuartiles(one.perSecondVsFloor)],
        ['CPU us/req', (one) => shown(one.cpuUs, 0)],
        ['CPU vs floor', (one) => withQuartiles(one.cpuVsFloor)],
        ['worker us/req', (one) => shown(one.workerUs, 0)],
        ['work put off ms', (one) => shown(one.drainMs, 0)],
        ['errors', (one) => one.errors],
      ]),
    ),
    '',
    'Added latency in ms against the direct call of the same cycle [quartiles]',
    ...tableLines(
      rows([
        ['4 conn p50', (one) => withQuartiles(one.added4P50)],
        ['4 conn p99', (one) => withQuartiles(one.added4P99)],
        ['1 conn p50', (one) => withQuartiles(one.added1P50)],
        ['1 conn p99', (one) => withQuartiles(one.added1P99)],
      ]),
    ),
    '',
    'Streaming, 8 connections, 32 tokens per answer',
    ...tableLines(
      rows([
        ['streams/s', (one) => shown(one.streamsPerSecond, 0)],
        ['first token ms', (one) => shown(one.firstTokenMs, 2)],
        ['added ms', (one) => withQuartiles(one.addedFirstToken)],
        ['CPU us/token', (one) => shown(one.tokenUs, 2)],
        ['vs floor', (one) => withQuartiles(one.tokenVsFloor)],
      ]),
    ),
  ];
}

function chart(figures, variants) {
  const bars = (field, scale = 1) =>
    variants
      .filter(({ name }) => figures[name][field].length > 0)
      .map(({ name, label }) => {
        const at = (share) => Math.max(0, quantile(figures[name][field], share) * scale);
        return { label, value: at(0.5), low: at(0.25), high: at(0.75) };
      });
  return barChart('ModelMuxer against its floor (medians, line: quartiles)', [
    {
      title: 'CPU per request against the floor',
      unit: 'x',
      bars: bars('cpuVsFloor'),
      mark: { value: cpuAim, label: `aim ${cpuAim} x` },
    },
    { title: 'Requests per second, 32 connections', unit: 'req/s', bars: bars('perSecond') },
    { title: 'Added latency, 4 connections, p50', unit: 'ms', bars: bars('added4P50') },
    { title: 'Added time to first token, 8 streams', unit: 'ms', bars: bars('addedFirstToken') },
  ]);
}
