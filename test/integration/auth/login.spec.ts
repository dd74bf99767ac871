import { DataSource } from 'typeorm';
import { AuditLog, type AuditEvent } from '../../../src/access/audit-log';
import { RefusalJournal } from '../../../src/auth/watch/refusal-journal';
import { call, startAuthApp, type Answer, type AuthApp } from '../../support/auth-app';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';
const SETTINGS = {
  BOOTSTRAP_ADMIN_EMAIL: EMAIL,
  BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
  AUTH_LOCKOUT_ATTEMPTS: '3',
  AUTH_LOCKOUT_ADDRESS_ATTEMPTS: '12',
  AUTH_LOCKOUT_BASE_SECONDS: '1',
  AUTH_REFRESH_GRACE_SECONDS: '1',
  TRUST_PROXY: '1',
};
const START_MS = 120_000;

const outcome = ({ status, body }: Answer): unknown => [status, body.error?.code];
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let nextAddress = 1;
let address = '10.0.0.1';

/** Locks of one test must not reach into the next one. */
function moveToAnotherAddress(): void {
  nextAddress += 1;
  address = `10.0.0.${nextAddress}`;
}

function login(auth: AuthApp, body: Record<string, unknown> = {}): Promise<Answer> {
  return call(`${auth.url}/auth/login`, undefined, {
    method: 'POST',
    body: { email: EMAIL, password: PASSWORD, ...body },
    headers: { 'x-forwarded-for': address },
  });
}

/** Another user with the same password. */
async function addUser(auth: AuthApp, name: string): Promise<string> {
  const dataSource = auth.app.get(DataSource);
  const email = `${name}@example.com`;
  await dataSource.query(
    `INSERT INTO app_user (id, email, password_hash) SELECT $1, $2, password_hash FROM app_user WHERE email = $3`,
    [`usr_${name}`, email, EMAIL],
  );
  await dataSource.query(
    `INSERT INTO membership SELECT id, $1, 'viewer', NULL FROM organization WHERE slug = 'default'`,
    [`usr_${name}`],
  );
  return email;
}

const refresh = (auth: AuthApp, token: unknown): Promise<Answer> =>
  call(`${auth.url}/auth/refresh`, undefined, { method: 'POST', body: { refresh_token: token } });

/** Everything recorded from now on, as the audit trail gets it. */
function recordings(auth: AuthApp): AuditEvent[] {
  const events: AuditEvent[] = [];
  jest.spyOn(auth.app.get(AuditLog), 'record').mockImplementation((event) => {
    events.push(event);
    return Promise.resolve();
  });
  return events;
}

describe('log-in by password', () => {
  let auth: AuthApp;
  let events: AuditEvent[];

  beforeAll(async () => {
    auth = await startAuthApp({ settings: SETTINGS });
  }, START_MS);
  beforeEach(async () => {
    moveToAnotherAddress();
    await auth.app.get(RefusalJournal).flush();
    events = recordings(auth);
  });
  afterAll(() => auth.stop());

  it('gives tokens that say who the caller is, and keeps them out of caches', async () => {
    const answer = await login(auth, { email: 'Ada@Example.com' });
    const token = String(answer.body['access_token']);
    const session = await call(`${auth.url}/auth/session`, token);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 900, refresh_expires_in: 604_800 });
    expect(session.body).toMatchObject({ user_id: answer.body['user_id'], organization_slug: 'default' });
    expect(session.body['permissions']).toContain('system:admin');
    expect(events).toMatchObject([{ action: 'auth.login', outcome: 'success', actor: { kind: 'user' } }]);
  });

  it('answers a wrong password, an unknown account and a foreign organization alike, in words and in time', async () => {
    const time = async (body: Record<string, unknown>): Promise<[unknown, number]> => {
      const startedAt = performance.now();
      const { status, body: answer } = await login(auth, body);
      return [{ status, error: { ...answer.error, request_id: '' } }, performance.now() - startedAt];
    };
    await login(auth);
    await time({ email: 'warm@example.com' });

    const [wrong, firstWrongMs] = await time({ password: 'wrong' });
    const [unknown, firstUnknownMs] = await time({ email: 'nobody@example.com' });
    const wrongMs = Math.min(firstWrongMs, (await time({ password: 'wrong' }))[1]);
    const unknownMs = Math.min(firstUnknownMs, (await time({ email: 'nobody@example.com' }))[1]);
    const [foreign] = await time({ organization: 'elsewhere' });

    expect(wrong).toMatchObject({ status: 401, error: { code: 'invalid_credentials' } });
    expect(unknown).toEqual(wrong);
    expect(foreign).toEqual(wrong);
    // Both compute one argon2id hash (tens of ms); without it an unknown account would take a few ms.
    expect(unknownMs).toBeGreaterThan(wrongMs / 3);
    expect(wrongMs).toBeGreaterThan(unknownMs / 3);
  });

  it('locks an account after failures, for longer each time, whether it exists or not, and also for the right password', async () => {
    const known = await addUser(auth, 'locked');
    for (const email of [known, 'phantom@example.com']) {
      for (let i = 0; i < 3; i += 1) expect((await login(auth, { email, password: 'x' })).status).toBe(401);
      const locked = await login(auth, { email });
      expect(outcome(locked)).toEqual([429, 'too_many_attempts']);
      expect(locked.headers.get('retry-after')).toBe('1');
    }

    await sleep(1_100);
    expect((await login(auth, { email: known, password: 'x' })).status).toBe(401);
    const again = await login(auth, { email: known });
    expect(again.status).toBe(429);
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThanOrEqual(2);
    await sleep(2_100);
    expect((await login(auth, { email: known })).status).toBe(200);
    expect((await login(auth, { email: known, password: 'x' })).status).toBe(401);
  });

  it('lets no more guesses through when they come at the same moment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => login(auth, { email: 'crowd@example.com', password: 'guess' })),
    );

    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
  });

  it('locks an address that goes through accounts, and not for successful log-ins', async () => {
    for (let i = 0; i < 13; i += 1) expect((await login(auth)).status).toBe(200);
    for (let i = 0; i < 12; i += 1) {
      expect((await login(auth, { email: `user${i}@example.com` })).status).toBe(401);
    }

    expect(outcome(await login(auth, { email: 'fresh@example.com' }))).toEqual([429, 'too_many_attempts']);
  });

  it('records a burst of failures as one event', async () => {
    for (let i = 0; i < 5; i += 1) await login(auth, { email: 'burst@example.com', password: 'x' });
    await auth.app.get(RefusalJournal).flush();

    expect(events.map(({ action, details }) => [action, details?.['reason'], details?.['count']])).toEqual([
      ['auth.login', 'invalid_credentials', 3],
      ['auth.login', 'too_many_attempts', 2],
    ]);
    expect(JSON.stringify(events)).not.toContain('burst');
  });

  it.each([
    [{ email: undefined }],
    [{ password: '' }],
    [{ password: 7 }],
    [{ email: { $ne: '' } }],
    [{ email: 'a\0b' }],
    [{ organization: "x' OR 1=1" }],
    [{ admin: true }],
  ])('refuses the body %j with 400', async (body) => {
    expect(outcome(await login(auth, body))).toEqual([400, 'validation_error']);
  });

  it(
    'goes on counting after a restart',
    async () => {
      const email = 'patient@example.com';
      for (let i = 0; i < 3; i += 1) await login(auth, { email });
      await auth.app.close();
      const { dataDir } = auth;
      auth = await startAuthApp({ settings: SETTINGS, dataDir });
      moveToAnotherAddress();
      await sleep(1_000);

      expect((await login(auth, { email })).status).toBe(401);
      const locked = await login(auth, { email });
      expect(locked.status).toBe(429);
      expect(locked.headers.get('retry-after')).toBe('2');
    },
    START_MS,
  );
});

describe('a session', () => {
  let auth: AuthApp;
  let events: AuditEvent[];

  beforeAll(async () => {
    auth = await startAuthApp({ settings: { ...SETTINGS, AUTH_LOCKOUT_ATTEMPTS: '100' } });
  }, START_MS);
  beforeEach(() => {
    moveToAnotherAddress();
    events = recordings(auth);
  });
  afterAll(() => auth.stop());

  const whoAmI = (token: unknown): Promise<Answer> => call(`${auth.url}/auth/session`, String(token));
  const post = (path: string, token: unknown, body?: unknown): Promise<Answer> =>
    call(`${auth.url}${path}`, String(token), { method: 'POST', body });

  it('goes on with a new pair of tokens, and answers a repeated refresh within the grace time alike', async () => {
    const first = await login(auth);
    const [one, two] = await Promise.all([
      refresh(auth, first.body['refresh_token']),
      refresh(auth, first.body['refresh_token']),
    ]);

    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body['refresh_token']).not.toBe(first.body['refresh_token']);
    expect(two.body['refresh_token']).toBe(one.body['refresh_token']);
    expect((await whoAmI(one.body['access_token'])).status).toBe(200);
  });

  it('ends for everybody when an old refresh token is used again', async () => {
    const first = await login(auth);
    const second = await refresh(auth, first.body['refresh_token']);
    await sleep(1_100);

    const stolen = await refresh(auth, first.body['refresh_token']);
    const victim = await refresh(auth, second.body['refresh_token']);

    expect(outcome(stolen)).toEqual([401, 'invalid_token']);
    expect(outcome(victim)).toEqual([401, 'invalid_token']);
    expect(outcome(await whoAmI(second.body['access_token']))).toEqual([401, 'invalid_token']);
    expect(events).toContainEqual(
      expect.objectContaining({ action: 'auth.refresh_reuse', outcome: 'denied' }),
    );
  });

  it('cannot be ended or continued by somebody who only knows its id', async () => {
    const { body } = await login(auth);
    const token = String(body['refresh_token']);
    const forged = [token.replace('_0_', '_1_'), `${token.slice(0, -1)}A`, token.slice(0, -1), 'mmr_x', ''];

    for (const attempt of forged) expect((await refresh(auth, attempt)).status).toBeGreaterThanOrEqual(400);
    expect((await refresh(auth, token)).status).toBe(200);
  });

  it('ends at the log-out, and all of the user when asked', async () => {
    const [one, two, three] = [await login(auth), await login(auth), await login(auth)];

    expect((await post('/auth/logout', one.body['access_token'])).status).toBe(204);
    expect((await whoAmI(one.body['access_token'])).status).toBe(401);
    expect((await refresh(auth, one.body['refresh_token'])).status).toBe(401);
    expect((await whoAmI(two.body['access_token'])).status).toBe(200);

    expect((await post('/auth/logout', two.body['access_token'], { everywhere: true })).status).toBe(204);
    expect((await whoAmI(three.body['access_token'])).status).toBe(401);
  });

  it('is not what an API key has', async () => {
    expect(outcome(await post('/auth/logout', auth.adminKey))).toEqual([409, 'no_session']);
  });

  it('takes no changed, cut or re-signed access token, and no other token of ours', async () => {
    const { body } = await login(auth);
    const token = String(body['access_token']);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const other = Buffer.from('{"alg":"none","typ":"mm-session+jwt"}').toString('base64url');
    const changed = Buffer.from(payload, 'base64url').toString().replace('usr_', 'usr_0');
    const attacks = [
      `${header}.${Buffer.from(changed).toString('base64url')}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -1)}`,
      `${other}.${payload}.${signature}`,
      `${other}.${payload}.`,
      `${header}.${payload}.${'A'.repeat(10_000)}`,
      body['refresh_token'],
    ];

    for (const attack of attacks) expect((await whoAmI(attack)).status).toBe(401);
    expect((await whoAmI(token)).status).toBe(200);
  });

  it('survives a change of password only where the password was changed', async () => {
    const [here, elsewhere] = [await login(auth), await login(auth)];
    const token = here.body['access_token'];
    const change = (current: string, next: string): Promise<Answer> =>
      post('/auth/password', token, { current_password: current, new_password: next });

    expect(outcome(await change('wrong', 'a new long password'))).toEqual([400, 'wrong_password']);
    expect(outcome(await change(PASSWORD, 'short'))).toEqual([400, 'validation_error']);
    expect(outcome(await change(PASSWORD, PASSWORD))).toEqual([400, 'validation_error']);
    expect((await change(PASSWORD, 'a new long password')).status).toBe(204);
    expect((await whoAmI(token)).status).toBe(200);
    expect((await whoAmI(elsewhere.body['access_token'])).status).toBe(401);
    expect((await login(auth)).status).toBe(401);
    expect((await login(auth, { password: 'a new long password' })).status).toBe(200);
    expect(events.filter(({ action }) => action === 'auth.password_change').map((e) => e.outcome)).toEqual([
      'denied',
      'success',
    ]);
  });
});
