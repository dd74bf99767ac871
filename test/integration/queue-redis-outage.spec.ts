import { eventually } from '../support/eventually';
import { connectThroughProxy } from '../support/redis';
import { describeWithRedis } from '../support/services';

describeWithRedis('a client for the queue', () => {
  it('answers what was under way when the line broke, once Redis is back: a worker that waits for it never gives up', async () => {
    const { connection, proxy } = await connectThroughProxy();
    const client = connection.openForQueue();
    const key = `${connection.keyPrefix}:under-way`;
    await client.set(key, 'before');

    proxy.freeze();
    const underWay = client.set(key, 'after');
    await eventually(() => expect(client.status).toBe('ready'));
    proxy.cut();
    await eventually(() => expect(client.status).not.toBe('ready'));
    proxy.thaw();
    proxy.restore();

    await expect(underWay).resolves.toBe('OK');
    await expect(client.get(key)).resolves.toBe('after');
    await client.del(key);
    await connection.close();
    await proxy.stop();
  });
});
