import type { PolicyReplay } from '../../routing/learning/replay/policy-replay';
import type { Estimate } from '../../routing/learning/replay/replay-tally';
import { judgeReplay } from '../../routing/learning/replay/replay-verdict';

const HEAD = [
  'policy',
  'SNIPS',
  'doubly robust',
  'USD per 1,000',
  'effective size',
  'unsupported',
  'verdict',
];
const NANO_USD = 1e9;

/** The outcome of a replay as lines of text: a table of all rules, and what is to be said of the first one. */
export function replayReport(replay: PolicyReplay): readonly string[] {
  const results = [...replay.results()];
  const [candidate] = results;
  if (!candidate) throw new Error('nothing was replayed');
  const logged = withInterval(candidate[1].tally.logged());
  const rows = results.map(([name, { tally, meanCost }]) => {
    const { effectiveSampleSize, unsupportedShare } = tally.overlap();
    return [
      name,
      withInterval(tally.snips()),
      // Without a single decision in common it would repeat the predictions and nothing else.
      effectiveSampleSize === 0 ? '-' : withInterval(tally.doublyRobust()),
      per1000(meanCost),
      effectiveSampleSize.toFixed(0),
      `${(unsupportedShare * 100).toFixed(1)} %`,
      judgeReplay(tally).kind,
    ];
  });
  const asLogged = [
    'as logged',
    logged,
    logged,
    per1000(replay.loggedMeanCost),
    String(replay.count),
    '0.0 %',
    '-',
  ];
  return [
    '',
    ...skippedLines(replay),
    ...tableLines([HEAD, asLogged, ...rows]),
    '',
    verdictLine(candidate[1].tally),
  ];
}

function verdictLine(tally: Parameters<typeof judgeReplay>[0]): string {
  const verdict = judgeReplay(tally);
  if (verdict.kind === 'refused') return `No verdict: ${verdict.because}.`;
  const { differing, decisions } = tally.overlap();
  if (differing === 0) return 'The candidate chooses as the present policy does, on every decision.';
  return `The candidate is ${verdict.kind}: difference ${withInterval(verdict.difference)} to the present policy without exploration; it chooses otherwise on ${String(differing)} of ${String(decisions)} decisions.`;
}

function skippedLines({ count, skipped }: PolicyReplay): readonly string[] {
  const lines = [...skipped].map(([reason, times]) => `not replayed: ${String(times)} (${reason})`);
  return [`${String(count)} decisions with an outcome were replayed`, ...lines, ''];
}

function per1000(nanoUsd: number): string {
  return ((nanoUsd * 1000) / NANO_USD).toFixed(4);
}

function withInterval({ value, low, high }: Estimate): string {
  return Number.isFinite(low) ? `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]` : '-';
}

function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)];
}
