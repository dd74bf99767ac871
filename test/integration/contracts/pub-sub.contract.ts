import type { PubSub, Subscriber } from '../../../src/platform/pub-sub/pub-sub';
import { eventually } from '../../support/eventually';

/** Writes down what it is told. */
export class RecordingSubscriber implements Subscriber {
  readonly messages: string[] = [];
  gaps = 0;

  onMessage(message: string): void {
    this.messages.push(message);
  }

  onGap(): void {
    this.gaps += 1;
  }
}

/** What every PubSub promises; run against each implementation. */
export function itKeepsThePubSubContract(create: () => PubSub): void {
  let pubSub: PubSub;

  beforeEach(() => {
    pubSub = create();
  });

  it('delivers to every subscriber of the channel, the publishing process included, and to no other', async () => {
    const [first, second, other] = [
      new RecordingSubscriber(),
      new RecordingSubscriber(),
      new RecordingSubscriber(),
    ];
    await pubSub.subscribe('revoked', first);
    await pubSub.subscribe('revoked', second);
    await pubSub.subscribe('revoked:more', other);
    await pubSub.publish('revoked', 'key_1');

    await eventually(() => expect([first.messages, second.messages]).toEqual([['key_1'], ['key_1']]));
    expect(other.messages).toEqual([]);
    expect(pubSub.connected).toBe(true);
  });

  it('keeps the order and every character of the messages', async () => {
    const subscriber = new RecordingSubscriber();
    const sent = Array.from({ length: 100 }, (_, i) => `${i} ünï 🔑 \u0000\r\n`);
    await pubSub.subscribe('order', subscriber);
    await Promise.all(sent.map((message) => pubSub.publish('order', message)));

    await eventually(() => expect(subscriber.messages).toEqual(sent));
  });

  it('never runs a subscriber inside the call of the publisher', async () => {
    const subscriber = new RecordingSubscriber();
    await pubSub.subscribe('later', subscriber);
    const published = pubSub.publish('later', 'x');

    expect(subscriber.messages).toEqual([]);
    await published;
  });

  it('goes on with the others when one subscriber throws', async () => {
    const broken: Subscriber = {
      onMessage: () => {
        throw new Error('broken on purpose');
      },
      onGap: () => undefined,
    };
    const subscriber = new RecordingSubscriber();
    await pubSub.subscribe('robust', broken);
    await pubSub.subscribe('robust', subscriber);
    await pubSub.publish('robust', 'one');
    await pubSub.publish('robust', 'two');

    await eventually(() => expect(subscriber.messages).toEqual(['one', 'two']));
  });

  it('stops at unsubscribe, for that subscription only, and accepts a new one afterwards', async () => {
    const [twice, again] = [new RecordingSubscriber(), new RecordingSubscriber()];
    const leave = await pubSub.subscribe('twice', twice);
    const leaveToo = await pubSub.subscribe('twice', twice);
    await leave();
    await pubSub.publish('twice', 'one');
    await eventually(() => expect(twice.messages).toEqual(['one']));

    await leaveToo();
    await leaveToo();
    await pubSub.publish('twice', 'nobody listens');
    await pubSub.subscribe('twice', again);
    await pubSub.publish('twice', 'two');
    // What was under way may still reach whoever listens when it arrives.
    await eventually(() => expect(again.messages).toContain('two'));
    expect(twice.messages).toEqual(['one']);
  });
}
