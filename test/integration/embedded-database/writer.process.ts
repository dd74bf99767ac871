import pg from 'pg';
import { EmbeddedDatabase } from '../../../src/platform/database/embedded/embedded-database';

/** Opens the folder and writes pairs of rows until it is killed; prints each acknowledged number. */
async function main(dataDir: string, image: string | undefined): Promise<void> {
  const database = await EmbeddedDatabase.start({ dataDir, image });
  const pool = new pg.Pool({ ...database.connection, max: 4 });
  await pool.query('create table if not exists entry(number int, half int, filler text)');
  const { rows } = await pool.query<{ last: number }>(
    'select coalesce(max(number), 0)::int as last from entry',
  );
  let number = rows[0]?.last ?? 0;
  process.stdout.write(`started ${process.pid}\n`);
  const write = async (): Promise<never> => {
    for (;;) {
      const mine = (number += 1);
      const client = await pool.connect();
      await client.query('begin');
      await client.query('insert into entry values ($1, 1, $2)', [mine, 'x'.repeat(500)]);
      await client.query('insert into entry values ($1, 2, $2)', [mine, 'y'.repeat(500)]);
      await client.query('commit');
      client.release();
      process.stdout.write(`ack ${mine}\n`);
    }
  };
  await Promise.all([write(), write(), write()]);
}

main(process.argv[3] ?? '', process.argv[4]).catch((error: unknown) => {
  process.stdout.write(`error ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
