import { call, startAuthApp, type AuthApp } from '../../support/auth-app';
import { Browser, type Page } from '../../support/browser';

const START_MS = 120_000;
const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';

describe('a session kept in cookies', () => {
  let auth: AuthApp;
  let browser: Browser;
  let csrf: string;

  beforeAll(async () => {
    auth = await startAuthApp({
      settings: {
        BOOTSTRAP_ADMIN_EMAIL: EMAIL,
        BOOTSTRAP_ADMIN_PASSWORD: PASSWORD,
        AUTH_REFRESH_GRACE_SECONDS: '0',
      },
    });
  }, START_MS);
  afterAll(() => auth.stop());

  const visit = (
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: unknown,
  ): Promise<Page> => browser.visit(`${auth.url}${path}`, { method, headers, body });
  const login = (headers: Record<string, string> = {}): Promise<Page> =>
    visit('POST', '/auth/login', headers, { email: EMAIL, password: PASSWORD, transport: 'cookie' });

  beforeEach(async () => {
    browser = new Browser();
    csrf = String((await login()).body['csrf_token']);
  });

  it('never shows its tokens to the page', async () => {
    const page = await login();

    expect(Object.keys(page.body).sort()).toEqual([
      'csrf_token',
      'expires_in',
      'organization_id',
      'refresh_expires_in',
      'token_type',
      'user_id',
    ]);
  });

  it('may read with the cookie alone, and gets its CSRF token again', async () => {
    const page = await visit('GET', '/auth/session');

    expect([page.status, page.body['csrf_token']]).toEqual([200, csrf]);
  });

  it('changes nothing without its CSRF token, nor with one of another session', async () => {
    const other = new Browser();
    const foreign = await other.visit(`${auth.url}/auth/login`, {
      method: 'POST',
      body: { email: EMAIL, password: PASSWORD, transport: 'cookie' },
    });
    const make = (headers: Readonly<Record<string, string>>): Promise<Page> =>
      visit('POST', '/v1/api-keys', headers, { name: 'x' });

    const wrong: readonly Record<string, string>[] = [
      {},
      { 'x-csrf-token': '' },
      { 'x-csrf-token': csrf.slice(1) },
      { 'x-csrf-token': String(foreign.body['csrf_token']) },
    ];

    for (const headers of wrong) {
      const page = await make(headers);
      expect([page.status, page.text.includes('csrf_token_missing')]).toEqual([403, true]);
    }
    expect((await visit('DELETE', '/v1/api-keys/key_1')).status).toBe(403);
    expect((await make({ 'x-csrf-token': csrf })).status).toBe(201);
  });

  it('is not begun, nor refreshed, on behalf of another site', async () => {
    const foreign: readonly Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];

    for (const headers of foreign) {
      expect((await login(headers)).status).toBe(403);
      expect((await visit('POST', '/auth/refresh', headers)).status).toBe(403);
    }
    expect((await login({ origin: auth.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  it('goes on with a refresh by cookie, once per token', async () => {
    const host = new URL(auth.url).host;
    const before = browser.cookie(host, '__Secure-mm_refresh')?.value ?? '';
    const page = await visit('POST', '/auth/refresh');

    expect([page.status, page.body['csrf_token']]).toEqual([200, csrf]);
    expect(browser.cookie(host, '__Secure-mm_refresh')?.value).not.toBe(before);
    expect((await visit('GET', '/auth/session')).status).toBe(200);
  });

  it('ends at the log-out, which takes the cookies away', async () => {
    const cookies = new Map(browser.cookies.get(new URL(auth.url).host));

    expect((await visit('POST', '/auth/logout')).status).toBe(403);
    expect((await visit('POST', '/auth/logout', { 'x-csrf-token': csrf })).status).toBe(204);
    expect(browser.cookies.get(new URL(auth.url).host)?.size).toBe(0);
    browser.cookies.set(new URL(auth.url).host, cookies);
    expect((await visit('GET', '/auth/session')).status).toBe(401);
  });

  it('never wins over a credential in a header, and counts for nothing when planted twice', async () => {
    const wrong = await visit('GET', '/auth/session', { authorization: 'Bearer nonsense' });
    const token = browser.cookie(new URL(auth.url).host, '__Host-mm_session')?.value ?? '';
    const planted = await call(`${auth.url}/auth/session`, undefined, {
      headers: { cookie: `__Host-mm_session=${token}; __Host-mm_session=planted` },
    });

    expect(wrong.status).toBe(401);
    expect(planted.status).toBe(401);
  });
});
