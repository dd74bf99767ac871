import { Redis } from 'ioredis';
import { Client } from 'pg';
import {
  createDatabase,
  describeWithPostgres,
  describeWithRedis,
  requireRedisUrl,
} from '../support/services';

describeWithPostgres('createDatabase', () => {
  it('gives every caller an empty database of its own and removes it while a client is still connected', async () => {
    const [first, second] = await Promise.all([createDatabase(), createDatabase()]);
    const client = new Client({ connectionString: first.url });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('CREATE TABLE only_here (id int)');

    const other = new Client({ connectionString: second.url });
    await other.connect();
    const seen = await other.query("SELECT 1 FROM pg_tables WHERE tablename = 'only_here'");
    await other.end();

    expect(seen.rowCount).toBe(0);
    await first.drop();
    await second.drop();
    await expect(new Client({ connectionString: first.url }).connect()).rejects.toThrow('does not exist');
  });
});

describeWithRedis('the test Redis', () => {
  it('never evicts keys and keeps nothing on disk', async () => {
    const redis = new Redis(requireRedisUrl());

    const policy = await redis.config('GET', 'maxmemory-policy');
    const save = await redis.config('GET', 'save');

    redis.disconnect();
    expect(policy).toEqual(['maxmemory-policy', 'noeviction']);
    expect(save).toEqual(['save', '']);
  });
});
