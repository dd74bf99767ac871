/**
 * A PostgreSQL and a Redis that end with this process, told by lines on the standard input: `halt postgres`,
 * `resume redis`. Each is answered by one line: its addresses first, then `done` or `failed` with the reason.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../../scripts/lib/install.mjs';
import { startPostgres } from '../../scripts/lib/test-postgres.mjs';
import { startRedis } from '../../scripts/lib/test-redis.mjs';

const cacheFolder = join(root, '.cache', 'services');
const [postgres, redis] = await Promise.all([startPostgres(cacheFolder), startRedis(cacheFolder)]);
const servers = { postgres, redis };
const failure = postgres.failure ?? redis.failure;
console.log(JSON.stringify({ failure, postgres: postgres.url, redis: redis.url }));

for await (const line of createInterface({ input: process.stdin })) {
  const [action, name] = line.split(' ');
  try {
    await servers[name][action]();
    console.log('done');
  } catch (error) {
    console.log(`failed ${error.message}`);
  }
}
await Promise.all([postgres.stop?.(), redis.stop?.()]);
