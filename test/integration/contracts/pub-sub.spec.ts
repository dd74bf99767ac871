import { Logger } from '@nestjs/common';
import { InProcessPubSub } from '../../../src/platform/pub-sub/in-process-pub-sub';
import { RedisPubSub } from '../../../src/platform/pub-sub/redis-pub-sub';
import type { RedisConnection } from '../../../src/platform/redis/redis-connection';
import { eventually } from '../../support/eventually';
import { connectTestRedis, connectThroughProxy } from '../../support/redis';
import { describeWithRedis } from '../../support/services';
import type { TcpProxy } from '../../support/tcp-proxy';
import { itKeepsThePubSubContract, RecordingSubscriber } from './pub-sub.contract';

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('InProcessPubSub', () => {
  itKeepsThePubSubContract(() => new InProcessPubSub());
});

describeWithRedis('RedisPubSub', () => {
  let connection: RedisConnection;
  let pubSub: RedisPubSub;

  beforeEach(async () => {
    connection = await connectTestRedis();
    pubSub = new RedisPubSub(connection);
    await eventually(() => expect(pubSub.connected).toBe(true));
  });
  afterEach(async () => {
    pubSub.onModuleDestroy();
    await connection.close();
  });

  itKeepsThePubSubContract(() => pubSub);

  it('reaches other processes', async () => {
    const other = new RedisPubSub(connection);
    const subscriber = new RecordingSubscriber();
    await other.subscribe('shared', subscriber);
    await eventually(() => expect(other.connected).toBe(true));
    await pubSub.publish('shared', 'hello');

    await eventually(() => expect(subscriber.messages).toEqual(['hello']));
    other.onModuleDestroy();
  });
});

describeWithRedis('RedisPubSub in trouble', () => {
  let connection: RedisConnection;
  let direct: RedisConnection;
  let proxy: TcpProxy;
  let pubSub: RedisPubSub;
  let subscriber: RecordingSubscriber;
  const publishFromElsewhere = (message: string) =>
    direct.commands.publish(`${connection.keyPrefix}:channel:revoked`, message);

  beforeEach(async () => {
    direct = await connectTestRedis();
    ({ connection, proxy } = await connectThroughProxy({ REDIS_COMMAND_TIMEOUT_MS: '200' }));
    pubSub = new RedisPubSub(connection);
    subscriber = new RecordingSubscriber();
    await eventually(() => expect(pubSub.connected).toBe(true));
    await pubSub.subscribe('revoked', subscriber);
  });
  afterEach(async () => {
    pubSub.onModuleDestroy();
    await Promise.all([connection.close(), direct.close()]);
    await proxy.stop();
  });

  it('says that messages may be missed while cut off, tells subscribers afterwards, and delivers again', async () => {
    proxy.cut();
    await eventually(() => expect(pubSub.connected).toBe(false));
    await publishFromElsewhere('missed');
    await expect(pubSub.publish('revoked', 'x')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(subscriber.gaps).toBe(0);

    proxy.restore();
    await eventually(() => expect(subscriber.gaps).toBe(1));
    expect(pubSub.connected).toBe(true);
    await publishFromElsewhere('seen');
    await eventually(() => expect(subscriber.messages).toEqual(['seen']));
  });

  it('notices a connection that has silently died', async () => {
    proxy.freeze();
    await eventually(() => expect(pubSub.connected).toBe(false));
    proxy.thaw();

    await eventually(() => expect(subscriber.gaps).toBe(1));
  });

  it('accepts subscriptions while Redis is away and takes them up with a gap when it is back', async () => {
    proxy.cut();
    await eventually(() => expect(pubSub.connected).toBe(false));
    const late = new RecordingSubscriber();
    await pubSub.subscribe('late', late);

    proxy.restore();
    await eventually(() => expect(late.gaps).toBe(1));
    await direct.commands.publish(`${connection.keyPrefix}:channel:late`, 'seen');
    await eventually(() => expect(late.messages).toEqual(['seen']));
  });
});
