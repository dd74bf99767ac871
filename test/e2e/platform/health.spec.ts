import { LifecycleState } from '../../../src/platform/lifecycle/lifecycle-state';
import { startTinyApp, SwitchableCheck, type TinyApp } from './tiny-app';

let tiny: TinyApp;
let check: SwitchableCheck;

beforeEach(async () => {
  tiny = await startTinyApp();
  check = tiny.app.get(SwitchableCheck);
});

afterEach(() => tiny.close());

async function get(path: string): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const response = await fetch(`${tiny.url}${path}`);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, text };
}

describe('health', () => {
  it('says that the process is alive without looking at anything else', async () => {
    check.mode = 'bad';
    const { status, body } = await get('/health');

    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'healthy',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
    });
    expect(check.runs).toBe(0);
  });

  it('is not started and not ready before it was told so', async () => {
    expect((await get('/health/startup')).status).toBe(503);
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'starting' } });
  });

  it('is ready when every check holds, and lists them', async () => {
    tiny.app.get(LifecycleState).markReady();

    expect((await get('/health/startup')).status).toBe(200);
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { switch: { status: 'ok', detail: 'as told' } } },
    });
  });

  it.each([
    ['bad', 'as told'],
    ['throws', 'failed'],
    ['hangs', 'timed out'],
  ] as const)('is not ready when a check %s, and tells no secret', async (mode, detail) => {
    tiny.app.get(LifecycleState).markReady();
    check.mode = mode;
    const { status, body, text } = await get('/health/ready');

    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'not_ready', checks: { switch: { status: 'failed', detail } } });
    expect(text).not.toMatch(/hunter2|10\.1\.2\.3/);
    expect((await tiny.settledLogLines()).join('')).not.toContain('hunter2');
  });

  it('turns readiness off while it stops and stays alive', async () => {
    const lifecycle = tiny.app.get(LifecycleState);
    lifecycle.markReady();
    lifecycle.markStopping();
    lifecycle.markReady();

    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'stopping' } });
    expect((await get('/health')).status).toBe(200);
  });

  it('runs the checks once for a burst of questions', async () => {
    tiny.app.get(LifecycleState).markReady();
    await Promise.all(Array.from({ length: 50 }, () => get('/health/ready')));

    expect(check.runs).toBe(1);
  });
});
