import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { Caller } from '../../../src/access/caller';
import type { GatewayRequest } from '../../../src/access/gateway-request';
import { ROLE_PERMISSIONS, type Role } from '../../../src/access/permissions';
import { RecordsController } from '../../../src/analytics/records.controller';
import { RecordsQuery } from '../../../src/analytics/records.query';
import { LedgerRepository } from '../../../src/cost/ledger/ledger.repository';
import type { UsageRow } from '../../../src/cost/ledger/usage-row';
import { ConfigModule } from '../../../src/platform/config/config.module';
import { loadConfig } from '../../../src/platform/config/load-config';
import { configureExpress } from '../../../src/platform/http/configure-express';
import { HttpServerModule } from '../../../src/platform/http/http-server.module';
import { ServerConfig } from '../../../src/platform/http/server.config';
import { caller, usageRow } from '../../support/cost-kit';
import { openEmbedded, openPostgres, type MigratedDatabase } from '../../support/migrated-database';
import { describeWithPostgres } from '../../support/services';

const NOON = Date.UTC(2027, 0, 15, 12);
let asking: Caller;

/** Lets in whoever the test says is asking. */
@Injectable()
class GivenCallerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<GatewayRequest>().state.caller = asking;
    return true;
  }
}

function as(role: Role, changes: Partial<Caller> = {}): void {
  asking = caller({ permissions: new Set(ROLE_PERMISSIONS[role]), ...changes });
}

interface Page {
  readonly data: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}

async function startApp(database: MigratedDatabase): Promise<NestExpressApplication> {
  const config = loadConfig([ServerConfig], {});
  const testing = await Test.createTestingModule({
    imports: [ConfigModule.forRoot([ServerConfig], config), HttpServerModule],
    controllers: [RecordsController],
    providers: [
      RecordsQuery,
      { provide: getDataSourceToken(), useValue: database.dataSource },
      { provide: APP_GUARD, useClass: GivenCallerGuard },
    ],
  }).compile();
  const app = testing.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: ['fatal'] });
  configureExpress(app, { sampleTrace: () => false, observe: (_request, _response, next) => next() });
  await app.listen(0, '127.0.0.1');
  return app;
}

function guarantees(open: () => Promise<MigratedDatabase>): void {
  let database: MigratedDatabase;
  let app: NestExpressApplication;
  let address: string;
  const rows: UsageRow[] = Array.from({ length: 5 }, (_, i) =>
    // Two rows share each instant, so that the order needs the id.
    usageRow(
      { user_id: i % 2 === 0 ? 'usr_1' : 'usr_2', api_key_id: `key_${i}` },
      NOON + Math.floor(i / 2) * 1_000,
    ),
  );
  const foreign = usageRow({ organization_id: 'org_2' }, NOON);
  const newestFirst = [...rows]
    .sort((a, b) => (`${a.started_at}${a.attempt_id}` < `${b.started_at}${b.attempt_id}` ? 1 : -1))
    .map((row) => row.attempt_id);

  beforeAll(async () => {
    database = await open();
    await new LedgerRepository(database.dataSource).append([...rows, foreign]);
    app = await startApp(database);
    address = `${await app.getUrl()}/v1/analytics/records`;
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await database.close();
  });
  beforeEach(() => as('owner'));

  async function list(query = ''): Promise<Page> {
    const response = await fetch(`${address}?${query}`);
    expect(response.status).toBe(200);
    return (await response.json()) as Page;
  }
  const idsOf = (page: Page): unknown[] => page.data.map((row) => row['attempt_id']);

  it('lists the rows of the own organization, newest first', async () => {
    const page = await list();

    expect(idsOf(page)).toEqual(newestFirst);
    expect(page.next_cursor).toBeNull();
  });

  it('shows a row the way the contract describes it', async () => {
    const [row] = rows;

    const page = await list(`api_key_id=${row?.api_key_id}`);

    expect(page.data).toEqual([
      expect.objectContaining({
        attempt_id: row?.attempt_id,
        request_id: row?.request_id,
        started_at: row?.started_at,
        finished_at: row?.finished_at,
        provider: 'demo',
        requested_model: null,
        resolved_model: 'demo-small',
        status: 'success',
        prompt_tokens: 3,
        completion_tokens: 4,
        usage: expect.objectContaining({ input_uncached: 3, output_text: 4, reasoning: 0 }) as object,
        cost: 0.000001,
        cost_nano_usd: '1000',
        cost_source: 'exact',
        latency_ms: 12,
        purpose: 'answer',
      }),
    ]);
  });

  it.each([1, 2, 3, 5])('hands out every row exactly once in pages of %d', async (limit) => {
    const seen: unknown[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page = await list(`limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...idsOf(page));
      cursor = page.next_cursor;
    }

    expect(seen).toEqual(newestFirst);
  });

  it('filters by request, key, user, status and time', async () => {
    const [first] = rows;
    const at = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();

    expect(idsOf(await list(`request_id=${first?.request_id}`))).toEqual([first?.attempt_id]);
    expect(idsOf(await list('user_id=usr_2'))).toHaveLength(2);
    expect(idsOf(await list('user_id=usr_2&api_key_id=key_1'))).toHaveLength(1);
    expect(idsOf(await list('status=error'))).toEqual([]);
    expect(idsOf(await list(`from=${at(1)}&to=${at(2)}`))).toHaveLength(2);
    expect(idsOf(await list('client_request_id=nobody'))).toEqual([]);
  });

  it.each(['developer', 'viewer'] as const)(
    'shows a %s the own calls only, whatever the filter',
    async (role) => {
      as(role);

      const own = await list();

      expect(own.data.map((row) => row['user_id'])).toEqual(['usr_1', 'usr_1', 'usr_1']);
      expect(idsOf(await list('user_id=usr_2'))).toEqual([]);
      expect(idsOf(await list(`request_id=${rows[1]?.request_id}`))).toEqual([]);
    },
  );

  it.each(['owner', 'developer', 'viewer', 'auditor'] as const)(
    'answers a %s who asks for another organization like for an unknown one',
    async (role) => {
      as(role);

      const answers = await Promise.all(
        ['org_2', 'org_nobody'].map((id) => fetch(`${address}?organization_id=${id}`)),
      );

      expect(answers.map((answer) => answer.status)).toEqual([404, 404]);
      const [known, unknown] = (await Promise.all(answers.map((answer) => answer.json()))) as {
        error: object;
      }[];
      expect(known).toMatchObject({ error: { code: 'not_found', type: 'invalid_request_error' } });
      expect({ ...known?.error, request_id: 0 }).toEqual({ ...unknown?.error, request_id: 0 });
    },
  );

  it('takes the own organization as a filter, and any from a system administrator', async () => {
    await expect(list('organization_id=org_1')).resolves.toMatchObject({ data: { length: 5 } });
    as('admin');
    expect(idsOf(await list('organization_id=org_2'))).toEqual([foreign.attempt_id]);
    expect(idsOf(await list('organization_id=org_nobody'))).toEqual([]);
  });

  it('finds nothing of another organization by its ids', async () => {
    expect(idsOf(await list(`request_id=${foreign.request_id}`))).toEqual([]);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=1001'],
    ['limit', 'limit=ten'],
    ['limit', 'limit=1.5'],
    ['limit', 'limit='],
    ['limit', 'limit=1&limit=2'],
    ['status', 'status=fine'],
    ['from', 'from=tomorrow'],
    ['from', 'from='],
    ['from', 'from=0000-01-01'],
    ['from', 'from=%2B275760-09-13'],
    ['to', 'to=1'],
    ['to', 'to=2027-01-01&to=2027-01-02'],
    ['request_id', 'request_id=a%00b'],
    ['client_request_id', 'client_request_id=%00'],
    ['api_key_id', `api_key_id=${'x'.repeat(201)}`],
    ['user_id', 'user_id=a&user_id=b'],
    ['organization_id', 'organization_id=%00'],
    ['cursor', 'cursor=nonsense'],
    ['cursor', `cursor=${Buffer.from('["2027","att_x"]').toString('base64url')}`],
    ['nonsense', 'nonsense=1'],
  ])('refuses a wrong %s with 400: %s', async (param, query) => {
    as('admin');

    const response = await fetch(`${address}?${query}`);

    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ error: { code: 'validation_error', param } });
  });
}

describe('GET /v1/analytics/records on the embedded database', () => {
  guarantees(openEmbedded);
});

describeWithPostgres('GET /v1/analytics/records on PostgreSQL', () => {
  guarantees(openPostgres);
});
