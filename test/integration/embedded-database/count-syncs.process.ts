import fs from 'node:fs';
import { PostgresEngine } from '../../../src/platform/database/embedded/postgres-engine';
import { query } from '../../../src/platform/database/embedded/wire-messages';

/** Prints how often the engine asked the operating system to write to disk during ten commits. */
async function main(folder: string, fsync: string, image: string): Promise<void> {
  let syncs = 0;
  const original = fs.fdatasyncSync;
  fs.fdatasyncSync = (handle) => {
    syncs += 1;
    original(handle);
  };
  const engine = await PostgresEngine.open({
    folder,
    image: fs.readFileSync(image),
    fsync: fsync === 'on',
    searchPath: 'public',
  });
  engine.run(query('create table entry(id int)'));
  syncs = 0;
  for (let count = 0; count < 10; count += 1) engine.run(query(`insert into entry values (${count})`));
  process.stdout.write(String(syncs));
  process.exit(0);
}

void main(process.argv[3] ?? '', process.argv[4] ?? '', process.argv[5] ?? '');
