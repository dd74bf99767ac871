import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { costOfUsage } from '../../src/catalog/price-book';
import { ModelCatalog } from '../../src/catalog/model-catalog';
import { OPENAI_MODELS } from '../../src/catalog/models/openai-models';
import { newId } from '../../src/common/ids';
import { DeadLetterRepository } from '../../src/cost/ledger/dead-letter.repository';
import { NO_USAGE } from '../../src/llm/token-usage';
import { createApp, describeInBothShapes, type LedgerRow, type TestApp } from '../support/create-app';
import { chatBody } from '../support/app-client';

interface Group {
  readonly cost: number;
  readonly cost_nano_usd: string;
  readonly requests: number;
  readonly calls: number;
  readonly tokens: number;
}

interface Costs extends Record<string, unknown> {
  readonly grouped_data: Record<string, Group>;
  readonly summary: {
    readonly total_cost_nano_usd: string;
    readonly total_requests: number;
    readonly tokens: { readonly total: number };
  };
  readonly savings: Record<string, string | number>;
  readonly daily_breakdown: readonly (Group & { readonly date: string })[];
  readonly cost_by_provider: Record<string, number>;
}

const today = (): string => new Date().toISOString().slice(0, 10);

describeInBothShapes('analytics', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 180_000);
  afterAll(() => app.stop());

  async function costs(query = '', key?: string): Promise<Costs> {
    await app.settled();
    const answer = await app.get(`/v1/analytics/costs?${query}`, { key });
    if (answer.status !== 200) throw new Error(`no costs: ${answer.status} ${answer.text}`);
    return answer.body as Costs;
  }

  it('adds up to the ledger, by every grouping, for requests through the real pipeline', async () => {
    const key = app.newUser();
    for (const model of ['gpt-4o-mini', 'gpt-4o', 'auto']) await app.chat(chatBody('Hi', { model }), { key });
    await app.stream(chatBody('Hi', { model: 'gpt-4o-mini' }), { key });
    const rows = await app.ledgerRows();
    const total = sum(rows);

    for (const by of [
      'hour',
      'day',
      'week',
      'month',
      'provider',
      'model',
      'user',
      'project',
      'key',
      'strategy',
      'intent',
      'region',
    ]) {
      const answer = await costs(`group_by=${by}`);
      const groups = Object.values(answer.grouped_data);
      expect(groups.reduce((cost, group) => cost + BigInt(group.cost_nano_usd), 0n)).toBe(total);
      expect(groups.reduce((requests, group) => requests + group.requests, 0)).toBe(4);
      expect(answer.summary).toMatchObject({ total_cost_nano_usd: total.toString(), total_requests: 4 });
    }
    const { daily_breakdown, cost_by_provider } = await costs();
    expect(daily_breakdown.map(({ date, requests }) => [date, requests])).toEqual([[today(), 4]]);
    expect(Object.keys(cost_by_provider)).toEqual(['openai']);
  });

  it('keeps what routing lost as well as what it saved, equal to a computation from the raw usage', async () => {
    const rows = await app.ledgerRows();
    const catalog = new ModelCatalog(OPENAI_MODELS);

    // The client named the dearer model and got it: against the cheapest candidate nothing is lost, the plan had one.
    const { savings } = await costs('model=gpt-4o-mini');
    const mini = rows.filter((row) => row.resolved_model === 'gpt-4o-mini');
    const card = catalog.find('openai', 'gpt-4o-mini');
    if (!card) throw new Error('no card');
    const recomputed = mini
      .filter((row) => row.requested_model === 'gpt-4o-mini')
      .reduce((saved, row) => {
        const usage = { ...NO_USAGE, inputUncached: row.prompt_tokens, outputText: row.completion_tokens };
        return saved + costOfUsage(card, usage, Date.now()) - BigInt(row.cost_nano_usd);
      }, 0n);
    expect(savings['vs_requested_nano_usd']).toBe(recomputed.toString());
    expect(savings['requests_compared_with_requested']).toBe(2);
  });

  it('shows a developer the own figures only', async () => {
    const [one, other] = [app.newUser(), app.newUser()];
    await app.chat('Hi', { key: one });

    const own = await costs('group_by=user', one);
    const none = await costs('group_by=model', other);
    const stats = await app.get('/user/stats', { key: one });

    expect(Object.values(own.grouped_data)).toHaveLength(1);
    expect(own.summary.total_requests).toBe(1);
    expect(none.summary).toMatchObject({ total_cost_nano_usd: '0', total_requests: 0 });
    expect(stats.body).toMatchObject({ total_requests: 1, daily_budget: 10, monthly_budget: 100 });
    expect(stats.body['daily_cost']).toBe(stats.body['total_cost']);
    expect((await app.get('/v1/analytics/latency', { key: one })).status).toBe(403);
    expect((await app.get('/v1/analytics/costs?group_by=organization', { key: one })).status).toBe(403);
    expect((await app.get('/v1/analytics/costs?organization_id=org_x', { key: one })).status).toBe(404);
  });

  it.each([
    ['costs?days=abc', 'days', 'days must be an integer number'],
    ['costs?start_date=2026-02-30', 'start_date', 'such as 2026-11-30'],
    ['costs?start_date=2026-12-05&end_date=2026-12-01', 'end_date', 'before'],
    ['costs?group_by=hour&days=90', 'days', '62 days'],
    ['records?from=yesterday', 'from', 'such as 2026-11-30'],
    ['records?cursor=abc', 'cursor', 'not one of ours'],
  ])('says what is wrong with %s', async (query, param, words) => {
    const answer = await app.get(`/v1/analytics/${query}`);

    expect(answer.status).toBe(400);
    expect(answer.error).toMatchObject({ param, message: expect.stringContaining(words) });
  });

  it('lists the dearest requests, exports the ledger, and sums the tenant up', async () => {
    const rows = await app.ledgerRows();
    const expensive = await app.get('/v1/analytics/expensive?limit=2');
    const csv = await app.get('/v1/analytics/export?format=csv');
    const metrics = await app.get('/metrics');
    const text = await app.get('/metrics', { headers: { accept: 'text/plain' } });
    const routing = await app.get('/v1/analytics/routing');

    const dearest = rows.map((row) => Number(row.cost_nano_usd)).sort((a, b) => b - a);
    const data = expensive.body['data'] as readonly Record<string, unknown>[];
    expect(data.map((row) => Number(row['cost_nano_usd']))).toEqual(dearest.slice(0, 2));
    expect(csv.text.split('\r\n')).toHaveLength(rows.length + 2);
    const amounts = csv.text
      .trim()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',').slice(-2));
    for (const [nano, usd] of amounts) expect(usd).toBe((Number(nano) / 1e9).toFixed(9));
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(metrics.body).toMatchObject({
      total_requests: rows.length,
      provider_usage: { openai: { requests: rows.length } },
    });
    expect(text.text).toContain('http_requests_total');
    expect(routing.body['requests_by_status']).toEqual({ success: rows.length });
  });

  it('show rows that the ledger refused, and book them on demand once it takes them', async () => {
    const [row] = await app.ledgerRows();
    const database = app.app.get<DataSource>(getDataSourceToken());
    const attempt_id = newId('att');
    const [found] = await database.query<{ payload: object }[]>(
      `SELECT to_jsonb(u) || jsonb_build_object('attempt_id', $2::text, 'usage', $3::jsonb,
         'cost_nano_usd', '7', 'held_nano_usd', '7', 'held_at', $4::text, 'started_at', $4::text) AS payload
       FROM usage_record u WHERE attempt_id = $1`,
      [row?.attempt_id, attempt_id, JSON.stringify(NO_USAGE), new Date().toISOString()],
    );
    await app.app
      .get(DeadLetterRepository)
      .keep('usage', [{ id: attempt_id, payload: found?.payload, reason: '23514 as a test has it' }]);

    const listed = await app.get('/v1/analytics/dead-letters');
    const retried = await app.post('/v1/analytics/dead-letters/retry', {});

    expect(listed.body['data']).toMatchObject([{ id: attempt_id, topic: 'usage', attempts: 1 }]);
    expect(retried.body).toEqual({ booked: 1, refused: 0 });
    expect((await app.get('/v1/analytics/dead-letters')).body['data']).toEqual([]);
    expect((await app.ledgerRows()).filter((one) => one.attempt_id === attempt_id)).toMatchObject([
      { cost_nano_usd: '7', user_id: row?.user_id },
    ]);
  });

  it.each([
    'start_date=yesterday',
    'start_date=2026-02-30',
    'start_date=2026-11-30&end_date=2026-11-01',
    'start_date=2026-11-01&end_date=2026-11-30&days=3',
    'days=0',
    'days=2000',
    'group_by=hour&days=90',
    'group_by=nonsense',
    'nonsense=1',
  ])('refuses %s with 400', async (query) => {
    expect((await app.get(`/v1/analytics/costs?${query}`)).status).toBe(400);
  });
});

function sum(rows: readonly LedgerRow[]): bigint {
  return rows.reduce((cost, row) => cost + BigInt(row.cost_nano_usd), 0n);
}
