import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newId } from '../../src/common/ids';
import { chatBody } from '../support/app-client';
import { createApp, describeInBothShapes, type LedgerRow, type TestApp } from '../support/create-app';

const SCRIPT = resolve(__dirname, '../../scripts/reconcile-usage.mjs');

interface Finished {
  readonly code: number;
  readonly output: string;
}

describeInBothShapes('npm run usage:reconcile', (shape) => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    app = await createApp({ shape });
    folder = mkdtempSync(join(tmpdir(), 'mm-reconcile-'));
  }, 180_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await app.stop();
  });

  function fileOf(...lines: readonly (string | Readonly<Record<string, unknown>>)[]): string {
    const path = join(folder, `${newId('evt')}.jsonl`);
    writeFileSync(
      path,
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\r\n'),
    );
    return path;
  }

  function run(file: string, key = app.adminKey): Promise<Finished> {
    const env = { MODELMUXER_URL: app.url, MODELMUXER_API_KEY: key };
    return new Promise((done) => {
      execFile(process.execPath, [SCRIPT, '--file', file], { env }, (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
      });
    });
  }

  const sum = (rows: readonly LedgerRow[]): bigint =>
    rows.reduce((cost, row) => cost + BigInt(row.cost_nano_usd), 0n);

  it('corrects the ledger by an invoice, says what it did, and changes nothing the second time', async () => {
    const key = app.newUser();
    for (let i = 0; i < 3; i++) await app.chat(chatBody('Hi', { model: 'gpt-4o-mini' }), { key });
    const [dearer, same, cheaper] = await app.ledgerRows();
    if (!dearer || !same || !cheaper) throw new Error('three calls were made');
    const invoice = fileOf(
      '\uFEFF' + JSON.stringify({ attempt_id: dearer.attempt_id, cost_nano_usd: '999000', vendor: 'openai' }),
      '',
      { attempt_id: same.attempt_id, cost_nano_usd: Number(same.cost_nano_usd) },
      {
        attempt_id: cheaper.attempt_id,
        cost_nano_usd: '1',
        usage: { input_uncached: 7, output_text: 0 },
      },
    );

    const first = await run(invoice);
    const costs = await app.get('/v1/analytics/costs');
    const second = await run(invoice);

    expect(first).toMatchObject({ code: 0, output: expect.stringMatching(/^3 +2 +1 +0 +0$/m) });
    expect(second).toMatchObject({ code: 0, output: expect.stringMatching(/^3 +0 +3 +0 +0$/m) });
    const rows = await app.ledgerRows();
    expect(sum(rows)).toBe(999_001n + BigInt(same.cost_nano_usd));
    expect(costs.body['summary']).toMatchObject({
      total_cost_nano_usd: sum(rows).toString(),
      total_calls: 3,
    });
    expect(rows.filter(({ cost_source }) => cost_source === 'reconciled')).toHaveLength(2);
  });

  it('names lines it cannot read and calls the ledger does not have, corrects the others, and ends with 1', async () => {
    const row = (await app.ledgerRows()).find(({ cost_source }) => cost_source === 'exact');
    const foreign = newId('att');
    const file = fileOf(
      'attempt_id;cost',
      { attempt_id: row?.attempt_id, cost_nano_usd: '12.5' },
      { attempt_id: foreign, cost_nano_usd: '5' },
      { attempt_id: row?.attempt_id, cost_nano_usd: '4242' },
    );

    const { code, output } = await run(file);

    expect(code).toBe(1);
    expect(output).toContain('line 1 is no JSON object');
    expect(output).toContain('line 2 is no JSON object');
    expect(output).toContain(`not in the ledger: ${foreign}`);
    expect(output).toMatch(/^2 +1 +0 +1 +2$/m);
  });

  it('says what is wrong in a sentence: no right, no file, no service, no arguments', async () => {
    const file = fileOf({ attempt_id: newId('att'), cost_nano_usd: '5' });
    const developer = app.newUser();

    const refused = await run(file, developer);
    const absent = await run(join(folder, 'absent.jsonl'));
    const wrong = await run('');

    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^Lines 1 to 1 were refused \(403\): /);
    expect(refused.output).not.toContain(developer);
    expect(absent).toMatchObject({ code: 1, output: expect.stringContaining('no such file') });
    expect(wrong.code).not.toBe(0);
  });
});
