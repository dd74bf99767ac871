import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import { InProcessQuotaStore } from '../../../src/quota/in-process-quota-store';
import { RedisQuotaStore } from '../../../src/quota/redis-quota-store';
import { FakeClock } from '../../support/fake-clock';
import { connectTestRedis } from '../../support/redis';
import { describeWithRedis } from '../../support/services';
import { itRebuildsAndReplaces } from './quota-rebuild.contract';
import { itKeepsTheQuotaContract, type QuotaStoreUnderTest } from './quota-store.contract';
import { itKeepsTheRateLimitContract } from './rate-limit.contract';

describe('InProcessQuotaStore', () => {
  const create = (): QuotaStoreUnderTest => {
    const clock = new FakeClock();
    return { clock, store: new InProcessQuotaStore(clock) };
  };

  itKeepsTheQuotaContract(create);
  itRebuildsAndReplaces(create);
  itKeepsTheRateLimitContract(create);
});

describeWithRedis('RedisQuotaStore', () => {
  let connection: RedisConnection;

  beforeAll(async () => {
    connection = await connectTestRedis();
  });
  afterAll(() => connection.close());

  const create = (): QuotaStoreUnderTest => {
    const clock = new FakeClock();
    const { commands: client, keyPrefix } = connection;
    return { clock, store: new RedisQuotaStore({ client, keyPrefix, clock, timeSource: 'caller' }) };
  };

  itKeepsTheQuotaContract(create);
  itRebuildsAndReplaces(create);
  itKeepsTheRateLimitContract(create);
});
