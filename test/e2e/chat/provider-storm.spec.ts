import { chatBody } from '../../support/app-client';
import { createApp, type TestApp } from '../../support/create-app';
import type { RecordedCall } from '../../support/fake-vendor/fake-vendor';

const REQUESTS = 200;
const PARALLEL = 10;
const STATUSES = [500, 502, 503, 529];

interface Storm {
  readonly name: string;
  readonly fails: (call: RecordedCall) => boolean;
  /** Status of the list of models meanwhile; like the calls when undefined. */
  readonly modelsStatus?: number;
  readonly model?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const STORMS: readonly Storm[] = [
  { name: 'every call', fails: () => true, model: 'gpt-4o-mini' },
  { name: 'every call, and the router may choose the model', fails: () => true },
  {
    name: 'every call, while its list of models is served',
    fails: () => true,
    modelsStatus: 200,
    model: 'gpt-4o-mini',
  },
  {
    name: 'every call, while no circuit opens',
    fails: () => true,
    model: 'gpt-4o-mini',
    settings: { PROVIDER_BREAKER_MINIMUM_CALLS: '1000', PROVIDER_BREAKER_WINDOW: '1000' },
  },
  { name: 'every second call', fails: ({ number }) => number % 2 === 0, model: 'gpt-4o-mini' },
  { name: 'every second call, and the router may choose', fails: ({ number }) => number % 2 === 0 },
];

async function sendAll(app: TestApp, storm: Storm): Promise<number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < REQUESTS; sent += PARALLEL) {
    const bodies = Array.from({ length: PARALLEL }, (_unused, index) =>
      chatBody(`question ${sent + index}`, { max_tokens: 50, ...(storm.model && { model: storm.model }) }),
    );
    statuses.push(...(await Promise.all(bodies.map(async (body) => (await app.chat(body)).status))));
  }
  return statuses;
}

async function msUntilAnswered(app: TestApp, storm: Storm): Promise<number> {
  const startedAt = performance.now();
  const body = chatBody('back again?', { max_tokens: 50, ...(storm.model && { model: storm.model }) });
  while ((await app.chat(body)).status !== 200) {
    if (performance.now() - startedAt > 10_000) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - startedAt;
}

describe('a vendor that fails', () => {
  it.each(STORMS)(
    '$name is called 1.6 times per request at most, and answers again within two and a half seconds after',
    async (storm) => {
      const app = await createApp({ settings: storm.settings ?? {} });
      try {
        if (storm.modelsStatus !== undefined) app.vendor.modelsStatus = storm.modelsStatus;
        app.vendor.respond((call) =>
          storm.fails(call) ? { status: STATUSES[call.number % STATUSES.length] ?? 500 } : undefined,
        );
        const statuses = await sendAll(app, storm);
        const calls = app.vendor.calls.length;
        const answered = statuses.filter((status) => status === 200).length;
        app.vendor.respond(() => undefined);
        const recoveryMs = await msUntilAnswered(app, storm);
        process.stdout.write(
          `measured: ${storm.name} fails: ${(calls / REQUESTS).toFixed(2)} calls per request, ` +
            `${answered} of ${REQUESTS} answered, back after ${Math.round(recoveryMs)} ms\n`,
        );

        expect(statuses.filter((status) => ![200, 502, 503].includes(status))).toEqual([]);
        expect(calls / REQUESTS).toBeLessThanOrEqual(1.6);
        expect(recoveryMs).toBeLessThan(2_500);
      } finally {
        await app.stop();
      }
    },
    60_000,
  );
});
