import { FakeClock } from '../../../test/support/fake-clock';
import { loadConfig } from '../config/load-config';
import { IpLimiter } from './ip-limiter';
import { ServerConfig } from './server.config';

function limiterOf(settings: Record<string, string>): { limiter: IpLimiter; clock: FakeClock } {
  const clock = new FakeClock();
  return { limiter: new IpLimiter(loadConfig([ServerConfig], settings).get(ServerConfig), clock), clock };
}

describe('IpLimiter', () => {
  it('lets a minute worth of requests pass at once and then the steady rate', () => {
    const { limiter, clock } = limiterOf({ IP_REQUESTS_PER_MINUTE: '60' });
    const passed = Array.from({ length: 100 }, () => limiter.take('1.2.3.4')).filter(
      (wait) => wait === undefined,
    );
    const wait = limiter.take('1.2.3.4');
    clock.advance(2_000);

    expect(passed).toHaveLength(60);
    expect(wait).toBe(1);
    expect([1, 2, 3].map(() => limiter.take('1.2.3.4'))).toEqual([undefined, undefined, 1]);
  });

  it('keeps addresses apart, but counts an IPv6 network as one', () => {
    const { limiter } = limiterOf({ IP_REQUESTS_PER_MINUTE: '1' });

    expect(limiter.take('1.1.1.1')).toBeUndefined();
    expect(limiter.take('2.2.2.2')).toBeUndefined();
    expect(limiter.take('2001:db8:1:2:3:4:5:6')).toBeUndefined();
    expect(limiter.take('2001:db8:1:2:ffff::1')).toBe(60);
    expect(limiter.take('2001:db8:1:3::1')).toBeUndefined();
    expect(limiter.take('2001:db8::1')).toBeUndefined();
    expect(limiter.take('2001:db8::2')).toBe(60);
    expect(limiter.take('::1')).toBeUndefined();
    expect(limiter.take('::ffff:1.2.3.4')).toBeUndefined();
    expect(limiter.take('::ffff:1.2.3.5')).toBeUndefined();
  });

  it('makes failed authentications expensive, and forgives with time', () => {
    const { limiter, clock } = limiterOf({ IP_REQUESTS_PER_MINUTE: '6000', IP_FAILED_AUTH_PER_MINUTE: '10' });
    for (let i = 0; i < 10; i++) limiter.penalise('1.2.3.4');
    const locked = limiter.take('1.2.3.4');
    clock.advance(6_000);

    expect(locked).toBeGreaterThan(0);
    expect(limiter.take('1.2.3.4')).toBeUndefined();
  });

  it('remembers a bounded number of addresses', () => {
    const { limiter } = limiterOf({});
    for (let i = 0; i < 50_000; i++) limiter.take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);

    expect(limiter.size).toBe(20_000);
  });

  it('does nothing when it is switched off', () => {
    const { limiter } = limiterOf({ IP_REQUESTS_PER_MINUTE: '0' });
    limiter.penalise('1.2.3.4');

    expect(limiter.take('1.2.3.4')).toBeUndefined();
    expect(limiter.size).toBe(0);
  });
});
