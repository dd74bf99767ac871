import { setTimeout as wait } from 'node:timers/promises';
import type { Steps } from '../common/steps';
import { TimeSlices } from './time-slices';

function* steps(count: number, onStep: () => void): Steps<string> {
  for (let i = 0; i < count; i++) {
    onStep();
    yield;
  }
  return 'done';
}

describe('TimeSlices', () => {
  it('gives the result of the last step', async () => {
    await expect(new TimeSlices(5).run(steps(1000, () => undefined))).resolves.toBe('done');
  });

  it('runs no more than one slice per turn of the event loop, in the order of asking', async () => {
    const slices = new TimeSlices(0.001);
    const order: string[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const busy = (name: string) => (): void => {
      order.push(name);
      const until = performance.now() + 1;
      while (performance.now() < until);
    };

    await Promise.all(['a', 'b', 'c'].map((name) => slices.run(steps(4, busy(name)))));
    await wait(2);
    clearInterval(timer);

    expect(order.join('')).toBe('abcabcabcabc');
    expect(turns).toBeGreaterThan(4);
  });

  it('goes on with others after one has failed or was given up', async () => {
    const slices = new TimeSlices(1);
    const failing = slices.run(
      steps(3, () => {
        throw new Error('broken');
      }),
    );
    const abandoned = slices.run(
      steps(3, () => undefined),
      AbortSignal.abort(new Error('gone')),
    );

    await expect(failing).rejects.toThrow('broken');
    await expect(abandoned).rejects.toThrow('gone');
    await expect(slices.run(steps(3, () => undefined))).resolves.toBe('done');
  });
});
