import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';
const START_MS = 120_000;

describe('guessing at the log-in', () => {
  let auth: AuthApp;

  beforeAll(async () => {
    auth = await startAuthApp({
      settings: {
        BOOTSTRAP_ADMIN_EMAIL: EMAIL,
        BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
        AUTH_LOCKOUT_ADDRESS_ATTEMPTS: '20',
      },
    });
  }, START_MS);
  afterAll(() => auth.stop());

  const login = (email: string, password: string, headers: Record<string, string> = {}): Promise<Answer> =>
    call(`${auth.url}/auth/login`, undefined, { method: 'POST', body: { email, password }, headers });

  it('gets five guesses at an account, however many requests, replies and invented addresses', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          login(EMAIL, `guess-${round}-${i}`, {
            'x-forwarded-for': `203.0.113.${i}`,
            forwarded: `for=10.0.0.${i}`,
          }),
        ),
      );
      statuses.push(...answers.map(({ status }) => status));
    }

    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(195);
  });

  it('does not find the password even when it guesses right during a lock', async () => {
    const answer = await login(EMAIL, PASSWORD);

    expect([answer.status, answer.body.error?.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is locked out as an address when it tries one password on many accounts', async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 40; i += 1)
      statuses.push((await login(`user${i}@example.com`, 'Summer2026!')).status);

    // The guesses of the first test counted too.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(15);
    expect(statuses.at(-1)).toBe(429);
  });
});
