import { loadConfig, type RawSettings } from '../config/load-config';
import { RedisConfig } from './redis.config';

const read = (raw: RawSettings): RedisConfig => loadConfig([RedisConfig], raw).get(RedisConfig);

describe('RedisConfig', () => {
  it('reads hosts, user, password, database and TLS from one URL', () => {
    const { address } = read({ REDIS_URL: 'rediss://app:p%40ss%2Fword@one:6380,two,[::1]:7000/3' });

    expect(address).toMatchObject({ username: 'app', database: 3, tls: true });
    expect(address?.password?.reveal()).toBe('p@ss/word');
    expect(address?.nodes).toEqual([
      { host: 'one', port: 6380 },
      { host: 'two', port: 6379 },
      { host: '::1', port: 7000 },
    ]);
  });

  it('takes a password without user name and no credentials at all', () => {
    expect(read({ REDIS_URL: 'redis://:secret@host' }).address?.password?.reveal()).toBe('secret');
    expect(read({ REDIS_URL: 'redis://host' }).address).toMatchObject({
      username: undefined,
      password: undefined,
      tls: false,
    });
  });

  it.each([
    'http://host',
    'redis://',
    'redis://host:0',
    'redis://host:70000',
    'redis://:hunter2@host/x',
    'redis://:hunter2%@host',
  ])('refuses %s without repeating a password', (url) => {
    expect(() => read({ REDIS_URL: url })).toThrow(/REDIS_URL: expected/);
    expect(() => read({ REDIS_URL: url })).not.toThrow(/hunter2/);
  });

  it('refuses a key prefix with braces, which would move every key to one node of a cluster', () => {
    expect(() => read({ REDIS_KEY_PREFIX: '{mm}' })).toThrow(/REDIS_KEY_PREFIX/);
  });

  it('is optional, except in production mode', () => {
    expect(read({}).address).toBeUndefined();
    expect(() => read({ MODELMUXER_MODE: 'production' })).toThrow(/REDIS_URL/);
  });
});
