/** Suites about a vendor are called `[wire of mistral]`, `[request of mistral]`; each of their tests is a `case` or a `case | outcome`. */
const suiteTitle = /^\[(\w+) of ([\w-]+)\]$/;

/** Rows of one table per kind of suite (case × vendor), from the JSON that jest writes. */
export function vendorMatrices(results) {
  const matrices = new Map();
  for (const { ancestorTitles, title, status } of results.testResults.flatMap(
    (suite) => suite.assertionResults,
  )) {
    const [, kind, vendor] = suiteTitle.exec(ancestorTitles.at(-1) ?? '') ?? [];
    if (kind === undefined) continue;
    const matrix = matrices.get(kind) ?? { vendors: new Set(), cases: new Map() };
    matrices.set(kind, matrix);
    matrix.vendors.add(vendor);
    const [name, outcome = 'ok'] = title.split(' | ');
    const outcomes = matrix.cases.get(name) ?? new Map();
    matrix.cases.set(name, outcomes);
    outcomes.set(vendor, status === 'passed' ? outcome : status === 'failed' ? 'FAILED' : status);
  }
  return [...matrices].map(([kind, { vendors, cases }]) => ({
    kind,
    rows: [
      ['case', ...vendors],
      ...[...cases].map(([name, outcomes]) => [
        name,
        ...[...vendors].map((vendor) => outcomes.get(vendor) ?? '-'),
      ]),
    ],
  }));
}
