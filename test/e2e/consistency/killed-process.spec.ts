import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { CONFIG_CLASSES } from '../../../src/config-classes';
import { loadConfig } from '../../../src/platform/config/load-config';
import { chatBody } from '../../support/app-client';
import { startWorker, type LedgerRow } from '../../support/create-app';
import { eventually } from '../../support/eventually';
import { prepareInstallation, type Installation } from '../../support/installation';
import { ServiceProcess } from '../../support/service-process';
import { describeWithPostgres, describeWithRedis } from '../../support/services';

/** Starts take long on a busy machine, and holds take ten seconds to expire. */
const LIMIT_MS = 240_000;
const CALLS = 4;
const WRITES = 40;

interface Key {
  readonly id: string;
  readonly key: string;
}

interface BudgetState {
  readonly scope: { readonly id: string };
  readonly current_usage_nano_usd: string;
  readonly held: number;
}

/**
 * The column "process killed" of docs/consistency.md, but for what test/e2e/kill-nine.spec.ts shows. Two nodes die with
 * calls at the vendor, one of them during management writes; the spool of the other is lost with it.
 */
describeWithPostgres('consistency contract', () => {
  describeWithRedis('(two nodes that die)', () => {
    let installation: Installation;
    let worker: INestApplicationContext;
    let survivor: ServiceProcess;
    let lostNode: string;
    let keptKey: Key;
    let lostKey: Key;
    const answeredWrites: string[] = [];

    beforeAll(async () => {
      lostNode = mkdtempSync(join(tmpdir(), 'mm-node-'));
      installation = await prepareInstallation({
        shape: 'services',
        settings: { API_KEY_PEPPER: 'p'.repeat(40), JWT_SECRET: 's'.repeat(40), BUDGET_HOLD_SECONDS: '10' },
      });
      worker = await startWorker(loadConfig(CONFIG_CLASSES, installation.settings));
      // What a node sets aside beyond its calls counts in full when it dies with its spool; here only the calls are looked at.
      const without = { MODELMUXER_DATA_DIR: lostNode, BUDGET_ON_STORE_LOSS: 'closed' };
      const settings = { ...installation.settings, ...without };
      const [kept, lost] = await Promise.all([
        ServiceProcess.start(installation),
        ServiceProcess.start({ ...installation, settings, dataDir: lostNode }),
      ]);
      keptKey = await boundedKey(kept);
      lostKey = await boundedKey(lost);
      installation.vendor.respond(() => ({ stallBeforeHeaders: true }));
      const asked = [...askAll(kept, keptKey.key), ...askAll(lost, lostKey.key)];
      await eventually(() => expect(installation.vendor.calls).toHaveLength(2 * CALLS));

      const writes = writeAll(kept);
      await eventually(() => expect(answeredWrites.length).toBeGreaterThan(WRITES / 4));
      for (const node of [kept, lost]) node.signal('SIGKILL');
      await Promise.all([kept.exitCode(), lost.exitCode(), ...asked, ...writes]);
      rmSync(lostNode, { recursive: true, force: true });
      survivor = await ServiceProcess.start(installation);
    }, LIMIT_MS);

    afterAll(async () => {
      survivor.signal('SIGKILL');
      await survivor.exitCode();
      await worker.close();
      await installation.remove();
      rmSync(lostNode, { recursive: true, force: true });
    }, LIMIT_MS);

    async function boundedKey(node: ServiceProcess): Promise<Key> {
      const made = (await node.post('/v1/api-keys', { name: 'bounded' })).body as unknown as Key;
      const scope = { level: 'api_key', id: made.id };
      await node.post('/v1/analytics/budgets', { budget_type: 'daily', budget_limit: 1, scope });
      return made;
    }
    const askAll = (node: ServiceProcess, key: string): readonly Promise<unknown>[] =>
      Array.from({ length: CALLS }, () =>
        node
          .chat(chatBody('hello', { model: 'gpt-4o-mini', max_tokens: 100 }), { key })
          .catch(() => undefined),
      );
    const writeAll = (node: ServiceProcess): readonly Promise<unknown>[] =>
      Array.from({ length: WRITES }, async (_unused, index) => {
        const answer = await node.post('/v1/api-keys', { name: `written-${index}` }).catch(() => undefined);
        if (answer?.status === 201) answeredWrites.push(String(answer.body['id']));
      });
    const rowsOf = async ({ id }: Key): Promise<readonly LedgerRow[]> => {
      const answer = await survivor.get(`/v1/analytics/records?limit=1000&api_key_id=${id}`);
      return (answer.body['data'] as readonly LedgerRow[]).filter((row) => row.api_key_id === id);
    };
    const budgetOf = async ({ id }: Key): Promise<BudgetState | undefined> => {
      const { budgets } = (await survivor.get('/v1/analytics/budgets')).body as { budgets: BudgetState[] };
      return budgets.find(({ scope }) => scope.id === id);
    };

    it(
      'audit × process killed: every answered write is in the trail once after the next start, and the chain is intact',
      async () => {
        await eventually(async () => {
          const answer = await survivor.get('/v1/audit/events?action=api_key.create&limit=200');
          const events = answer.body['data'] as readonly { target: { id: string } | null }[];
          const noted = events.map(({ target }) => target?.id ?? '');
          expect(noted).toEqual(expect.arrayContaining(answeredWrites));
          expect(new Set(noted).size).toBe(noted.length);
        }, LIMIT_MS / 4);
        const report = await survivor.get('/v1/audit/verify');

        expect(answeredWrites.length).toBeLessThan(WRITES);
        expect(report.body).toMatchObject({ intact: true });
      },
      LIMIT_MS,
    );

    it(
      'budgets × process killed: settled at the estimate by whoever adopts the spool, and nothing stays reserved',
      async () => {
        await eventually(async () => {
          // On a slow machine the holds expire before their calls are booked; those rows are taken back.
          const rows = (await rowsOf(keptKey)).filter((row) => row.error_code !== 'hold_expired');
          const cost = rows.reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n);
          expect(rows.map(({ cost_source, error_code }) => [cost_source, error_code])).toEqual(
            Array.from({ length: CALLS }, () => ['estimated', 'process_died']),
          );
          for (const row of rows)
            expect(BigInt(row.cost_nano_usd)).toBeLessThanOrEqual(BigInt(row.held_nano_usd));
          expect(await budgetOf(keptKey)).toMatchObject({ current_usage_nano_usd: String(cost), held: 0 });
        }, LIMIT_MS / 4);
      },
      LIMIT_MS,
    );

    it(
      'budgets × process killed: holds whose spool is lost expire, are charged at the estimate and have one row each',
      async () => {
        await eventually(async () => {
          const rows = await rowsOf(lostKey);
          const cost = rows.reduce((sum, row) => sum + BigInt(row.cost_nano_usd), 0n);
          expect(rows.map(({ cost_source, error_code }) => [cost_source, error_code])).toEqual(
            Array.from({ length: CALLS }, () => ['estimated', 'hold_expired']),
          );
          expect(cost).toBeGreaterThan(0n);
          expect(await budgetOf(lostKey)).toMatchObject({ current_usage_nano_usd: String(cost), held: 0 });
        }, LIMIT_MS / 4);
      },
      LIMIT_MS,
    );
  });
});
