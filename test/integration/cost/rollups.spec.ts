import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { newId } from '../../../src/common/ids';
import { calendarWindow } from '../../../src/cost/budgets/calendar-window';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import { RequestRepository } from '../../../src/cost/ledger/request.repository';
import type { RequestRow } from '../../../src/cost/ledger/request-row';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { requestRow, usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'] as const;
/** The night in which Berlin's clocks go back lies inside. */
const START = Date.UTC(2026, 9, 23, 20);
const SPAN_MS = 4 * 86_400_000;

/** One thing the worker does; lists are positions in what the script has made. */
type Step =
  | { kind: 'calls'; of: readonly number[] }
  | { kind: 'requests'; of: readonly number[] }
  | { kind: 'correct'; of: number };

interface Script {
  readonly calls: readonly UsageRow[];
  readonly requests: readonly RequestRow[];
  readonly steps: readonly Step[];
}

const script: fc.Arbitrary<Script> = fc
  .record({
    shapes: fc.array(
      fc.record({
        zone: fc.constantFrom(...ZONES),
        at: fc.integer({ min: 0, max: SPAN_MS }),
        model: fc.constantFrom('small', 'large'),
        status: fc.constantFrom('success', 'error', 'aborted' as const),
        user: fc.constantFrom('usr_1', 'usr_2'),
        cost: fc.integer({ min: 0, max: 5_000 }),
        baseline: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: null }),
        attempts: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    picks: fc.array(
      fc.tuple(
        fc.constantFrom('calls', 'requests', 'correct'),
        fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }),
      ),
      { maxLength: 10 },
    ),
  })
  .map(({ shapes, picks }) => {
    const calls: UsageRow[] = [];
    const requests: RequestRow[] = [];
    for (const shape of shapes) {
      const at = START + shape.at;
      const request_id = newId('req', at);
      const same = { organization_id: orgOf(shape.zone), user_id: shape.user, status: shape.status } as const;
      for (let i = 0; i < shape.attempts; i++) {
        const row = usageRow(
          { ...same, request_id, resolved_model: shape.model, cost_nano_usd: String(shape.cost) },
          at + i * 1_000,
        );
        calls.push(row);
      }
      requests.push(
        requestRow({ ...same, request_id, model: shape.model, cheapest_nano_usd: text(shape.baseline) }, at),
      );
    }
    const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    const steps: Step[] = picks.map(([kind, of]) => {
      if (kind === 'calls') return { kind, of: of.map((n) => n % calls.length) };
      if (kind === 'requests') return { kind, of: of.map((n) => n % requests.length) };
      return { kind: 'correct', of: (of[0] ?? 0) % calls.length };
    });
    // In the end everything has arrived, much of it for the second time.
    return {
      calls,
      requests,
      steps: [
        ...steps,
        { kind: 'calls', of: all(calls.length) },
        { kind: 'requests', of: all(requests.length) },
      ],
    };
  });

function text(value: number | null): string | null {
  return value === null ? null : String(value);
}

function orgOf(zone: string): string {
  return `org_${zone.replace(/\W/g, '').toLowerCase()}`;
}

interface Sums {
  calls: number;
  cost: bigint;
  requests: number;
  savedCheapest: bigint;
}

/** Adds up what a script left behind, in plain code that shares nothing with the SQL under test. */
class Truth {
  readonly sums = new Map<string, Sums>();

  add(organization: string, atMs: number, who: string, change: Partial<Sums>): void {
    const zone = ZONES.find((name) => orgOf(name) === organization) ?? 'UTC';
    const day = new Date(calendarWindow('daily', atMs, zone).startsAtMs).toISOString();
    const key = `${organization} ${day} ${who}`;
    const sums = this.sums.get(key) ?? { calls: 0, cost: 0n, requests: 0, savedCheapest: 0n };
    sums.calls += change.calls ?? 0;
    sums.cost += change.cost ?? 0n;
    sums.requests += change.requests ?? 0;
    sums.savedCheapest += change.savedCheapest ?? 0n;
    this.sums.set(key, sums);
  }
}

async function correct(dataSource: DataSource, call: UsageRow, delta: bigint): Promise<void> {
  await dataSource.query(
    `INSERT INTO usage_record SELECT (jsonb_populate_record(original, jsonb_build_object(
       'attempt_id', $2::text, 'corrects_id', attempt_id, 'cost_nano_usd', $3::text, 'cost_source', 'reconciled',
       'output_text', 0, 'input_uncached', 0))).* FROM usage_record AS original WHERE attempt_id = $1`,
    [call.attempt_id, newId('att', Date.parse(call.started_at)), delta.toString()],
  );
}

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let ledger: LedgerRepository;
  let requests: RequestRepository;

  beforeAll(async () => {
    database = await open();
    ledger = new LedgerRepository(database.dataSource);
    requests = new RequestRepository(database.dataSource);
  }, 120_000);
  afterAll(() => database.close());
  beforeEach(async () => {
    await empty();
    for (const zone of ZONES) {
      await query(
        'INSERT INTO rollup_zone VALUES ($1, $2) ON CONFLICT (organization_id) DO UPDATE SET time_zone = $2',
        [orgOf(zone), zone],
      );
    }
  });

  const empty = (): Promise<unknown> =>
    query(
      'TRUNCATE usage_record, request_record, usage_rollup_hour, usage_rollup_day, latency_rollup, rollup_key',
    );
  const query = <T = Record<string, string>>(sql: string, values: unknown[] = []): Promise<T[]> =>
    database.dataSource.query<T[]>(sql, values);

  /** What a roll-up says, in the form of {@link Truth}. */
  async function rolledUp(table: string, detailed: boolean): Promise<Map<string, Sums>> {
    const day = table === 'usage_rollup_day' ? 'bucket' : "date_trunc('day', bucket, zone.time_zone)";
    const rows = await query<Record<string, string> & { day: Date }>(
      `SELECT fact.organization_id, ${day} AS day, key.model, key.status, key.user_id, sum(calls) AS calls,
         sum(cost_nano_usd) AS cost, sum(requests) AS requests, sum(saved_cheapest_nano_usd) AS saved
       FROM ${table} AS fact JOIN rollup_key AS key ON key.id = fact.key_id
       JOIN rollup_zone AS zone ON zone.organization_id = fact.organization_id
       WHERE fact.detailed = ${detailed} GROUP BY 1, 2, 3, 4, 5
       HAVING sum(calls) <> 0 OR sum(requests) <> 0 OR sum(cost_nano_usd) <> 0`,
    );
    return new Map(
      rows.map((row) => [
        `${row['organization_id']} ${row.day.toISOString()} ${row['model']} ${row['status']}${detailed ? ` ${row['user_id']}` : ''}`,
        {
          calls: Number(row['calls']),
          cost: BigInt(row['cost'] ?? 0),
          requests: Number(row['requests']),
          savedCheapest: BigInt(row['saved'] ?? 0),
        },
      ]),
    );
  }

  async function play({ calls, requests: lines, steps }: Script): Promise<ReadonlyMap<string, bigint>> {
    const corrections = new Map<string, bigint>();
    const booked = new Set<string>();
    for (const step of steps) {
      if (step.kind === 'calls') {
        const rows = step.of.flatMap((i) => calls[i] ?? []);
        await ledger.append(rows);
        for (const row of rows) booked.add(row.attempt_id);
      } else if (step.kind === 'requests') await requests.book(step.of.flatMap((i) => lines[i] ?? []));
      else {
        const call = calls[step.of];
        if (!call || !booked.has(call.attempt_id)) continue;
        await correct(database.dataSource, call, -7n);
        corrections.set(call.attempt_id, (corrections.get(call.attempt_id) ?? 0n) - 7n);
      }
    }
    return corrections;
  }

  function truthOf(
    { calls, requests: lines }: Script,
    corrections: ReadonlyMap<string, bigint>,
    detailed: boolean,
  ): Truth {
    const truth = new Truth();
    const costs = new Map<string, bigint>();
    const whoIs = (row: { status: string; user_id: string }, model: string): string =>
      `${model} ${row.status}${detailed ? ` ${row.user_id}` : ''}`;
    for (const call of calls) {
      const cost = BigInt(call.cost_nano_usd) + (corrections.get(call.attempt_id) ?? 0n);
      costs.set(call.request_id, (costs.get(call.request_id) ?? 0n) + cost);
      truth.add(call.organization_id, Date.parse(call.started_at), whoIs(call, call.resolved_model), {
        calls: 1,
        cost,
      });
    }
    for (const line of lines) {
      const cost = costs.get(line.request_id) ?? 0n;
      const saved = line.cheapest_nano_usd === null ? 0n : BigInt(line.cheapest_nano_usd) - cost;
      truth.add(line.organization_id, Date.parse(line.requested_at), whoIs(line, line.model), {
        requests: 1,
        savedCheapest: saved,
      });
    }
    return truth;
  }

  async function expectRollups(played: Script, corrections: ReadonlyMap<string, bigint>): Promise<void> {
    for (const detailed of [false, true]) {
      const expected = truthOf(played, corrections, detailed).sums;
      expect(await rolledUp('usage_rollup_day', detailed)).toEqual(expected);
      expect(await rolledUp('usage_rollup_hour', detailed)).toEqual(expected);
    }
  }

  it('equals what the ledger adds up to, whatever comes twice, late, corrected or in another order', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (made) => {
        await empty();
        const corrections = await play(made);

        await expectRollups(made, corrections);
        for (const zone of ZONES)
          await query("SELECT rebuild_rollups($1, '-infinity', 'infinity')", [orgOf(zone)]);
        await expectRollups(made, corrections);
      }),
      { numRuns: 12 },
    );
  }, 240_000);

  it('equals the ledger when six workers book the same rows at the same time', async () => {
    const [made] = fc.sample(script, { numRuns: 1, seed: 7 });
    if (!made) throw new Error('no script');

    await Promise.all(
      Array.from({ length: 6 }, async (_, i) => {
        const own = new LedgerRepository(database.dataSource);
        if (i % 2 === 0) await requests.book(made.requests);
        await own.append(i % 3 === 0 ? made.calls : [...made.calls].reverse());
        if (i % 2 === 1) await requests.book(made.requests);
      }),
    );

    await expectRollups(made, new Map());
  });

  it('sums the attempts of a request in its record, before and after the request itself is noted', async () => {
    const request_id = newId('req', START);
    const call = (changes: Partial<UsageRow>, at: number): UsageRow =>
      usageRow({ request_id, ...changes }, START + at);
    await ledger.append([call({ status: 'error', cost_nano_usd: '5', provider: 'first' }, 1)]);
    await ledger.append([call({ cost_nano_usd: '20', provider: 'second' }, 3)]);
    await expect(
      query('SELECT provider, status, attempts, cost_nano_usd FROM request_record'),
    ).resolves.toEqual([{ provider: 'second', status: 'success', attempts: 2, cost_nano_usd: '25' }]);

    const line = requestRow({ request_id, provider: 'second', strongest_nano_usd: '10' }, START);
    await expect(requests.book([line])).resolves.toBe(1);
    await expect(requests.book([{ ...line, strongest_nano_usd: '999' }])).resolves.toBe(0);
    await ledger.append([call({ cost_nano_usd: '1', status: 'error', provider: 'late' }, 2)]);

    await expect(
      query('SELECT provider, status, attempts, cost_nano_usd, strongest_nano_usd FROM request_record'),
    ).resolves.toEqual([
      { provider: 'second', status: 'success', attempts: 3, cost_nano_usd: '26', strongest_nano_usd: '10' },
    ]);
    await expect(
      query('SELECT sum(saved_strongest_nano_usd) AS saved FROM usage_rollup_day WHERE NOT detailed'),
    ).resolves.toEqual([{ saved: '-16' }]);
  });

  it('follows rows that are changed or removed, as when a person is erased', async () => {
    await ledger.append([
      usageRow({ user_id: 'usr_gone' }, START),
      usageRow({ user_id: 'usr_stays' }, START),
    ]);

    await query("UPDATE usage_record SET user_id = 'erased' WHERE user_id = 'usr_gone'");
    const users = await query<{ user_id: string; calls: string }>(
      `SELECT user_id, sum(calls) AS calls FROM usage_rollup_day JOIN rollup_key ON id = key_id
       WHERE rollup_key.detailed GROUP BY 1 HAVING sum(calls) <> 0 ORDER BY 1`,
    );
    await query("DELETE FROM usage_record WHERE user_id = 'erased'");
    const left = await query('SELECT sum(calls) AS calls FROM usage_rollup_hour WHERE detailed');

    expect(users).toEqual([
      { user_id: 'erased', calls: '1' },
      { user_id: 'usr_stays', calls: '1' },
    ]);
    expect(left).toEqual([{ calls: '1' }]);
  });

  it('counts latencies of successful calls in slots that are a tenth wide', async () => {
    await ledger.append([
      usageRow({ latency_ms: 1_000, first_token_ms: 200 }, START),
      usageRow({ latency_ms: 1_010, caller_region: 'eu' }, START),
      usageRow({ latency_ms: 9_999, status: 'error' }, START),
    ]);

    const slots = await query<{ measure: string; caller_region: string; slot: number; calls: string }>(
      'SELECT measure, caller_region, slot, calls FROM latency_rollup ORDER BY 1, 2',
    );

    expect(slots.map(({ measure, caller_region, calls }) => [measure, caller_region, calls])).toEqual([
      ['first_token', '', '1'],
      ['total', '', '1'],
      ['total', 'eu', '1'],
    ]);
    for (const { slot, measure } of slots) {
      const middle = 1.1 ** (slot + 0.5);
      const real = measure === 'total' ? 1_000 : 200;
      expect(Math.abs(middle - real) / real).toBeLessThan(0.06);
    }
  });

  it('finds the instant inside an id as the rest of the service does', async () => {
    const [answer] = await query<{ own: Date; foreign: null }>(
      "SELECT time_of_id($1) AS own, time_of_id('req_1') AS foreign",
      [newId('req', START + 123)],
    );

    expect(answer?.own.getTime()).toBe(START + 123);
    expect(answer?.foreign).toBeNull();
  });
}

describe('roll-ups on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('roll-ups on PostgreSQL', () => {
  guarantees(openPostgres);
});
