import 'reflect-metadata';
import { openSync, writeSync } from 'node:fs';
import { Redis } from 'ioredis';
import { SystemClock } from '../../../src/common/clock';
import { RedisQuotaStore } from '../../../src/quota/redis-quota-store';
import { AccountingKit, randomBudgets } from './accounting-kit';
import { randomRequest } from './random-requests';
import { SeededRandom } from './seeded-random';

/** One of several processes on one Redis: makes its share of the requests and writes every note to a file before it goes on, so that a kill loses none. */
async function main(argument: string): Promise<void> {
  const { url, keyPrefix, organizationId, budgetSeed, seed, count, file } = JSON.parse(argument) as Record<
    string,
    string
  >;
  const client = new Redis(String(url));
  const clock = new SystemClock();
  const store = new RedisQuotaStore({ client, keyPrefix: String(keyPrefix), clock });
  const organization = String(organizationId);
  const kit = new AccountingKit(store, randomBudgets(organization, new SeededRandom(Number(budgetSeed))));
  const random = new SeededRandom(Number(seed));
  const notes = openSync(String(file), 'a');
  const note = (value: object): void => void writeSync(notes, `${JSON.stringify(value)}\n`);
  await Promise.all(
    Array.from({ length: Number(count) }, () =>
      randomRequest(kit, { organizationId: organization, random, note, deaths: 3 }),
    ),
  );
  await client.quit();
}

void main(process.argv[2] ?? '');
