import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { chatBody } from '../support/app-client';
import { createApp, describeInBothShapes, type LedgerRow, type TestApp } from '../support/create-app';

interface Recommendation {
  readonly kind: string;
  readonly saves_nano_usd: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

const QUESTION = 'How many days of parental leave do we have?';

describeInBothShapes('questions that are asked again and again', (shape) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ shape });
  }, 180_000);
  afterAll(() => app.stop());

  async function candidates(): Promise<readonly Recommendation[]> {
    await app.settled();
    const answer = await app.get('/v1/analytics/recommendations');
    const data = answer.body['data'] as readonly Recommendation[];
    return data.filter(({ kind }) => kind === 'cache_candidate');
  }

  it('are recommended for a cache, with what the repetitions really cost, and without a word of them', async () => {
    const [anna, ben] = [app.newUser(), app.newUser()];
    const body = chatBody(QUESTION, { model: 'gpt-4o' });
    for (let i = 0; i < 3; i++) await app.chat({ ...body, user: `seat ${i}` }, { key: anna });
    for (let i = 0; i < 2; i++) await app.stream(body, { key: ben });
    // As often, but never the same; and the same, but not often.
    for (let i = 0; i < 5; i++)
      await app.chat(chatBody(`Translate page ${i}`, { model: 'gpt-4o' }), { key: anna });
    for (let i = 0; i < 4; i++) await app.chat(chatBody('Hi', { model: 'gpt-4o' }), { key: anna });
    const rows = await app.ledgerRows();
    const question = await fingerprintOfMost();

    const found = await candidates();

    const [candidate] = found;
    expect(found).toHaveLength(1);
    expect(candidate?.facts).toMatchObject({
      requests: 5,
      users: 2,
      api_keys: 2,
      endpoint: 'chat.completions',
      model: 'openai/gpt-4o',
    });
    const asked = rows.filter(({ request_id }) => question.requests.includes(request_id));
    expect(asked).toHaveLength(5);
    expect(candidate?.saves_nano_usd).toBe(costOfRepeats(asked).toString());
    expect(candidate?.saves_nano_usd).not.toBe('0');
    expect(question.fingerprint).toMatch(/^[\w-]{24}$/);
    expect(JSON.stringify(found)).not.toContain('parental');
  });

  async function fingerprintOfMost(): Promise<{ fingerprint: string; requests: readonly string[] }> {
    const [most] = await app.app
      .get<DataSource>(getDataSourceToken())
      .query<{ fingerprint: string; requests: string[] }[]>(
        'SELECT fingerprint, array_agg(request_id) AS requests FROM request_record GROUP BY 1 ORDER BY count(*) DESC LIMIT 1',
      );
    if (!most) throw new Error('no request has a fingerprint');
    return most;
  }
});

/** What equal requests cost but for the first of each day. */
function costOfRepeats(newestFirst: readonly LedgerRow[]): bigint {
  const seen = new Set<string>();
  return newestFirst.toReversed().reduce((cost, row) => {
    const day = row.started_at.slice(0, 10);
    const isRepeat = seen.has(day);
    seen.add(day);
    return isRepeat ? cost + BigInt(row.cost_nano_usd) : cost;
  }, 0n);
}
