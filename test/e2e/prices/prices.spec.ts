import type { Answer } from '../../support/app-client';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApp, describeInBothShapes, type TestApp } from '../../support/create-app';
import { expectStatus, makeTenant, type Tenant } from '../../support/tenants';

const MODEL = 'gpt-4o-mini';
const FROM = '2026-01-01';

interface Update {
  readonly id: string;
  readonly status: string;
  readonly findings: readonly string[];
}

const ROOT = join(__dirname, '../../..');

async function runScript(script: string, options: Readonly<Record<string, string>>): Promise<string> {
  const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, script), ...given], {
    cwd: ROOT,
  });
  return stdout;
}

describeInBothShapes('prices that change while the service runs', (shape) => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createApp({ shape });
    tenant = await makeTenant(app);
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  const propose = (price: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Answer> =>
    app.post('/v1/prices/updates', {
      source: 'test',
      prices: [{ provider: 'openai', model: MODEL, valid_from: FROM, cache_read: 0.075, ...price }],
      ...more,
    });
  const updateOf = (answer: Answer): Update => {
    const [update] = answer.body['data'] as readonly Update[];
    if (!update) throw new Error(answer.text);
    return update;
  };
  const withdraw = (id: string): Promise<Answer> =>
    expectStatus(204, app.request('DELETE', `/v1/prices/updates/${id}`));

  /** Nano-USD that a call of 1,000 prompt and 100 answer tokens is booked with. */
  async function costOf(key: string): Promise<{ cost: string; version: string }> {
    app.vendor.next({ usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } });
    const answer = await app.chat({ model: MODEL, messages: [{ role: 'user', content: 'hi' }] }, { key });
    await app.settled();
    const requestId = answer.headers.get('x-modelmuxer-request-id') ?? '';
    const rows = await app.get(`/v1/analytics/records?request_id=${requestId}`, { key });
    const [row] = rows.body['data'] as readonly { cost_nano_usd: string; price_version: string }[];
    expect(row?.cost_nano_usd).toBe(answer.body.router_metadata.actual_cost_nano_usd);
    return { cost: row?.cost_nano_usd ?? 'none', version: row?.price_version ?? 'none' };
  }

  it('count from the next call on when they are a small step, and the books name their version', async () => {
    const before = await costOf(tenant.owner.key);
    expect(before.cost).toBe('210000');

    const update = updateOf(await expectStatus(201, propose({ input: 0.16, output: '0.66' })));
    const after = await costOf(tenant.owner.key);

    expect(update).toMatchObject({ status: 'active', findings: [] });
    expect(after.cost).toBe('226000');
    expect(after.version).not.toBe(before.version);
    await withdraw(update.id);
    expect(await costOf(tenant.owner.key)).toEqual(before);
  });

  it('wait for approval when they look like a slip, and count once it is given', async () => {
    const update = updateOf(await expectStatus(201, propose({ input: 1.5, output: 6 })));

    expect(update.status).toBe('quarantined');
    expect(update.findings).toContain('factor_of_ten:inputUncached');
    expect((await costOf(tenant.owner.key)).cost).toBe('210000');

    await expectStatus(200, app.post(`/v1/prices/updates/${update.id}/approve`, {}));
    expect((await costOf(tenant.owner.key)).cost).toBe('2100000');
    expect((await app.post(`/v1/prices/updates/${update.id}/reject`, {})).status).toBe(409);
    await withdraw(update.id);
  });

  it('of one organization count for nobody else, and its members see them', async () => {
    const update = updateOf(
      await expectStatus(201, propose({ input: 0.12, output: 0.48 }, { organization_id: tenant.id })),
    );

    expect((await costOf(tenant.owner.key)).cost).toBe('168000');
    expect((await costOf(app.adminKey)).cost).toBe('210000');
    const seen = await app.get(`/v1/prices?provider=openai&model=${MODEL}`, { key: tenant.owner.key });
    const [model] = seen.body['data'] as readonly { readonly prices: readonly Record<string, unknown>[] }[];
    expect(model?.prices.at(-1)).toMatchObject({ valid_from: FROM, input: 0.12, output: 0.48 });
    const listed = await app.get(`/v1/models/openai/${MODEL}`, { key: tenant.owner.key });
    expect(listed.body['pricing']).toMatchObject({ input: 0.12 });
    await withdraw(update.id);
  });

  it('hold the money of a dearer price before the call', async () => {
    const update = updateOf(await expectStatus(201, propose({ input: 150, output: 600 })));
    await expectStatus(200, app.post(`/v1/prices/updates/${update.id}/approve`, {}));

    const answer = await app.chat(
      { model: MODEL, max_tokens: 100, messages: [{ role: 'user', content: 'hi' }] },
      { headers: { 'x-max-budget': '0.05' } },
    );

    expect(answer.status).toBe(402);
    expect(app.vendor.calls).toEqual([]);
    await withdraw(update.id);
  });

  describe('of a service tier', () => {
    const MODEL_WITH_TIERS = 'gpt-6-sol';
    const usage = { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 };
    const ask = (asked: Record<string, unknown>, headers: Record<string, string> = {}): Promise<Answer> =>
      app.chat(
        { model: MODEL_WITH_TIERS, max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...asked },
        { headers },
      );
    async function bookedFor(answer: Answer): Promise<Record<string, unknown>> {
      await app.settled();
      const requestId = answer.headers.get('x-modelmuxer-request-id') ?? '';
      const rows = await app.get(`/v1/analytics/records?request_id=${requestId}`);
      return (rows.body['data'] as readonly Record<string, unknown>[])[0] ?? {};
    }

    it.each([
      ['flex', 'flex', '1500000'],
      ['priority', 'priority', '6000000'],
      ['fast', 'priority', '6000000'],
      // Flex that had no room, and an account whose `auto` is something else.
      ['flex', 'default', '3000000'],
      ['auto', 'flex', '1500000'],
    ])('bill by what the answer says: asked %s, served %s', async (asked, served, cost) => {
      for (const stream of [false, true]) {
        app.vendor.next({ usage, serviceTier: served });
        const answer = await ask({ service_tier: asked, stream });

        expect(await bookedFor(answer)).toMatchObject({
          cost_nano_usd: cost,
          cost_source: 'exact',
          service_tier: served,
        });
        expect(app.vendor.calls.at(-1)?.body).toMatchObject({ service_tier: asked });
      }
    });

    it('that nobody knows are booked as listed, marked as our estimate', async () => {
      app.vendor.next({ usage, serviceTier: 'scale' });
      const row = await bookedFor(await ask({}));

      expect(row).toMatchObject({
        cost_nano_usd: '3000000',
        cost_source: 'estimated',
        service_tier: 'scale',
      });
    });

    it('hold the money of the dearer one before the call', async () => {
      const ceiling = { 'x-max-budget': '0.0015' };
      app.vendor.next({ usage });

      expect((await ask({}, ceiling)).status).toBe(200);
      expect((await ask({ service_tier: 'priority' }, ceiling)).status).toBe(402);
    });

    it('are shown, corrected, and unknown for a correction that does not name them', async () => {
      const shown = await app.get(`/v1/prices?provider=openai&model=${MODEL_WITH_TIERS}`);
      const [model] = shown.body['data'] as readonly {
        readonly prices: readonly Record<string, unknown>[];
      }[];
      expect(model?.prices[0]?.['service_tiers']).toMatchObject({
        flex: { input: 1, output: 5, long_input: { input: 2 } },
      });
      const price = { model: MODEL_WITH_TIERS, input: 2, output: 10, cache_read: 0.2, cache_write: 2.5 };
      const long = { input_tokens_above: 272_000, input: 4, output: 15, cache_read: 0.4, cache_write: 5 };
      const flex = { input: 1.1, output: '5.5', cache_read: 0.1, cache_write: 1.25 };
      const named = { ...price, long_input: long, service_tiers: { flex } };
      const update = updateOf(await expectStatus(201, propose(named)));
      expect(update).toMatchObject({
        status: 'active',
        service_tiers: { flex: { input: 1.1, output: 5.5 } },
      });

      app.vendor.next({ usage, serviceTier: 'flex' });
      expect(await bookedFor(await ask({ service_tier: 'flex' }))).toMatchObject({
        cost_nano_usd: '1650000',
      });
      app.vendor.next({ usage, serviceTier: 'default' });
      const dropped = await ask({ service_tier: 'priority' });
      expect(app.vendor.calls.at(-1)?.body).not.toHaveProperty('service_tier');
      expect(dropped.text).toContain('"service_tier"');
      await withdraw(update.id);
    });

    it('that are dearer for waiting wait for approval, and a long price without its size is refused', async () => {
      const flex = { input: 3, output: 12 };
      const price = { model: MODEL_WITH_TIERS, input: 2, output: 10, cache_read: 0.2, cache_write: 2.5 };
      const update = updateOf(await expectStatus(201, propose({ ...price, service_tiers: { flex } })));
      expect(update.status).toBe('quarantined');
      expect(update.findings).toContain('service_tier_order:inputUncached');

      const long = { ...price, service_tiers: { flex: { input: 1, output: 5, long_input: flex } } };
      const refused = await propose(long);
      expect(refused.status).toBe(400);
      expect(refused.body['error']).toMatchObject({ param: 'prices.0.service_tiers.flex.long_input' });
      await expectStatus(200, app.post(`/v1/prices/updates/${update.id}/reject`, {}));
    });
  });

  it('are for system administrators to change, and for whoever may see models to read', async () => {
    const { key } = tenant.owner;

    expect((await app.post('/v1/prices/updates', {}, { key })).status).toBe(403);
    expect((await app.get('/v1/prices/updates', { key })).status).toBe(403);
    expect((await app.get('/v1/prices', { key })).status).toBe(200);
  });

  it('of the version `requirements` are those of the documents', async () => {
    const answer = await expectStatus(200, app.get('/v1/prices?version=requirements'));
    const rows = answer.body['data'] as readonly {
      model: string;
      prices: readonly Record<string, unknown>[];
    }[];

    expect(rows.map(({ model, prices: [row] }) => [model, row?.['input'], row?.['output']])).toEqual([
      ['gpt-4o', 5, 15],
      ['gpt-3.5-turbo', 0.5, 1.5],
      ['claude-3-sonnet-20240229', 3, 15],
      ['claude-3-haiku-20240307', 0.25, 1.25],
      ['mistral-small-latest', 0.2, 0.6],
    ]);
  });

  it('price a past period again, to the nano-dollar, by the command', async () => {
    app.vendor.next({ usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 } });
    await app.chat(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] },
      { key: tenant.owner.key },
    );
    await app.settled();
    const today = new Date().toISOString().slice(0, 10);
    const by = (prices: string): Promise<string> =>
      runScript('scripts/reprice.mjs', {
        from: today,
        to: today,
        prices,
        organization: tenant.id,
        url: app.url,
        'api-key': app.adminKey,
      });

    // 1,000 at 5 and 100 at 15 USD per million, instead of 2.5 and 10.
    expect(await by('requirements')).toMatch(/openai\/gpt-4o +1 +0\.003500000 +0\.006500000 +0\.003000000/);
    expect(await by('current')).toMatch(/openai\/gpt-4o +1 +0\.003500000 +0\.003500000 +0\.000000000/);
  }, 120_000);

  it('are listed newest first, page by page', async () => {
    const first = await expectStatus(200, app.get('/v1/prices/updates?limit=2'));
    const second = await app.get(`/v1/prices/updates?limit=2&cursor=${String(first.body['next_cursor'])}`);
    const ids = [first, second].flatMap(({ body }) =>
      (body['data'] as readonly Update[]).map(({ id }) => id),
    );

    expect(ids).toEqual([...ids].sort().reverse());
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    ['an unknown model', { model: 'nobody' }, 400],
    ['an unknown vendor', { provider: 'nobody' }, 400],
    ['a negative price', { input: -1 }, 400],
    ['an infinite price', { input: '1e999' }, 400],
    ['a day that does not exist', { valid_from: '2026-02-30' }, 400],
    ['an end before the beginning', { valid_to: '2025-01-01' }, 400],
    ['an unknown field', { prize: 1 }, 400],
  ])('are refused with %s', async (_what, change, status) => {
    expect((await propose({ input: 0.15, output: 0.6, ...change })).status).toBe(status);
  });

  it('of an organization that does not exist are refused as a whole', async () => {
    const answer = await propose({ input: 0.15, output: 0.6 }, { organization_id: 'org_nobody' });

    expect(answer.status).toBe(404);
  });
});
