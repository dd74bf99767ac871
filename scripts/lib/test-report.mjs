import { relative, sep } from 'node:path';

const folderProjects = ['integration', 'e2e', 'compatibility', 'litellm'];

/** The describe wrappers of test/support/services.ts put this into the name of what they leave out. */
const notRunMark = /\[not run: no (\w+)\]/;

function projectOf(root, file) {
  const [top, second] = relative(root, file).split(sep);
  return top === 'test' && folderProjects.includes(second) ? second : 'unit';
}

const emptyCount = () => ({ suites: 0, brokenSuites: 0, passed: 0, failed: 0, skipped: 0 });

/** Counts per project, and the suites left out because a service is missing, from the JSON that jest writes. */
export function summarize(results, root) {
  const projects = new Map(['unit', ...folderProjects].map((name) => [name, emptyCount()]));
  const total = emptyCount();
  const notRun = [];
  for (const suite of results.testResults) {
    const project = projects.get(projectOf(root, suite.name));
    const count = countSuite(suite);
    for (const key of Object.keys(count)) {
      project[key] += count[key];
      total[key] += count[key];
    }
    const services = missingServices(suite);
    if (services.length > 0) notRun.push({ file: relative(root, suite.name), services });
  }
  return { projects, total, notRun };
}

function countSuite(suite) {
  const count = { ...emptyCount(), suites: 1 };
  for (const { status } of suite.assertionResults) {
    if (status === 'passed') count.passed += 1;
    else if (status === 'failed') count.failed += 1;
    else count.skipped += 1;
  }
  // A suite that does not even load has no tests to count; it must not look like success.
  if (suite.status === 'failed' && count.failed === 0) {
    count.brokenSuites = 1;
    count.failed = 1;
  }
  return count;
}

function missingServices(suite) {
  const names = suite.assertionResults.flatMap(({ ancestorTitles }) =>
    ancestorTitles.flatMap((title) => notRunMark.exec(title)?.[1] ?? []),
  );
  return [...new Set(names)];
}
