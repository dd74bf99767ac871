import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const bootstrap = join(__dirname, '..', '..', 'scripts/lib/bootstrap.mjs');

/** The evaluation scripts are ES modules for plain Node, so they run in a process of their own. */
function run(program: string): unknown {
  const source = `import { bootstrapIntervals } from ${JSON.stringify(bootstrap)};\n${program}`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '--eval', source], { encoding: 'utf8' }),
  );
}

describe('intervals of the evaluation commands', () => {
  it('hold the true share of hits in at least 88 of 100 samples, where 95 are promised', () => {
    const covered = run(`
      import { seededRandom } from ${JSON.stringify(bootstrap.replace('bootstrap.mjs', 'seeded-random.mjs'))};
      const random = seededRandom(5);
      let covered = 0;
      for (let sample = 0; sample < 100; sample += 1) {
        const hits = Array.from({ length: 300 }, () => Number(random() < 0.3));
        const { share: [low, high] } = bootstrapIntervals(300, (weights) => ({
          share: hits.reduce((sum, hit, i) => sum + hit * weights[i], 0) / 300,
        }));
        if (low <= 0.3 && 0.3 <= high) covered += 1;
      }
      console.log(covered);`);

    expect(covered).toBeGreaterThanOrEqual(88);
    expect(covered).toBeLessThan(100);
  });

  it('are the same in every run, and absent where the figure often does not exist', () => {
    const program = `
      console.log(JSON.stringify(bootstrapIntervals(20, (weights) => ({
        first: weights[0],
        rare: weights[0] === 0 ? undefined : 1,
      }))));`;

    expect(run(program)).toEqual(run(program));
    expect(run(program)).toEqual({ first: [0, expect.any(Number)] });
  });
});
