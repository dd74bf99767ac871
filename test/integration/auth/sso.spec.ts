import { DataSource } from 'typeorm';
import { call, startAuthApp, type AuthApp } from '../../support/auth-app';
import { Browser, type Page } from '../../support/browser';
import { freePort } from '../../support/free-port';
import { startOpenIdProvider, type OpenIdProvider, type Person } from '../../support/openid-provider';

const START_MS = 120_000;
const ADA: Person = {
  sub: 'ada-1815',
  email: 'Ada@Example.com',
  email_verified: true,
  name: 'Ada',
  groups: ['staff', 'llm-users'],
};

describe('single sign-on with a real OpenID provider', () => {
  let provider: OpenIdProvider;
  let auth: AuthApp;
  let callback: string;

  beforeAll(async () => {
    const port = await freePort();
    callback = `http://127.0.0.1:${port}/auth/sso/callback`;
    provider = await startOpenIdProvider(callback);
    auth = await startAuthApp({
      port,
      settings: {
        SSO_ISSUER: provider.issuer,
        SSO_CLIENT_ID: 'modelmuxer',
        SSO_CLIENT_SECRET: 'a client secret for this test',
        SSO_REDIRECT_URL: callback,
        SSO_SCOPES: 'openid email profile groups',
        SSO_PROVISION_USERS: 'true',
        SSO_GROUP_ROLES: '{"llm-owners":"owner","llm-users":"developer"}',
        SSO_EMAIL_DOMAINS: 'example.com',
      },
    });
  }, START_MS);
  afterAll(async () => {
    await auth.stop();
    await provider.stop();
  });

  const start = (query = ''): string => `${auth.url}/auth/sso/login${query}`;

  /** Logs in at the provider and stops before the answer reaches us. */
  async function comeBack(browser: Browser, person: Person = ADA, query = ''): Promise<string> {
    await provider.become(person);
    const page = await browser.follow(start(query), callback);
    if (page.location === undefined) throw new Error(`no answer: ${page.status} ${page.text.slice(0, 300)}`);
    return page.location;
  }

  async function logIn(person: Person, query = '?transport=body'): Promise<Page> {
    const browser = new Browser();
    return browser.visit(await comeBack(browser, person, query));
  }

  const whoAmI = async (page: Page): Promise<Record<string, unknown>> =>
    (await call(`${auth.url}/auth/session`, String(page.body['access_token']))).body;

  it('sends the browser away with PKCE, state and nonce', async () => {
    const { location = '' } = await new Browser().visit(start());
    const query = new URL(location).searchParams;

    expect(query.get('response_type')).toBe('code');
    expect(query.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(query.get(name)?.length).toBeGreaterThan(20);
    expect(location).not.toContain('secret');
  });

  it('makes the user at the first log-in, with the role of their group, and knows them at the second', async () => {
    const first = await whoAmI(await logIn(ADA));
    const second = await whoAmI(await logIn({ ...ADA, email: 'ada.l@example.com' }));

    expect(first['permissions']).toContain('chat:invoke');
    expect(first['permissions']).not.toContain('org:manage');
    expect(second['user_id']).toBe(first['user_id']);
    const rows = await auth.app
      .get(DataSource)
      .query<{ email: string; name: string }[]>('SELECT email, name FROM app_user WHERE id = $1', [
        first['user_id'],
      ]);
    expect(rows).toEqual([{ email: 'ada@example.com', name: 'Ada' }]);
  });

  it('follows a change of groups, at once for sessions that run already', async () => {
    const before = await logIn({ ...ADA, sub: 'climber', email: 'climber@example.com' });
    expect((await whoAmI(before))['permissions']).not.toContain('org:manage');

    await logIn({
      ...ADA,
      sub: 'climber',
      email: 'climber@example.com',
      groups: ['llm-users', 'llm-owners'],
    });

    expect((await whoAmI(before))['permissions']).toContain('org:manage');
  });

  it('links an invited user by verified e-mail, and never by an unverified one', async () => {
    const dataSource = auth.app.get(DataSource);
    await dataSource.query(`INSERT INTO app_user (id, email) VALUES ('usr_grace', 'grace@example.com')`);
    const claims = { ...ADA, email: 'grace@example.com' };

    const liar = await logIn({ ...claims, sub: 'liar', email_verified: false });
    const grace = await whoAmI(await logIn({ ...claims, sub: 'grace' }));

    expect(liar.status).toBe(403);
    expect(grace['user_id']).toBe('usr_grace');
  });

  it.each([
    ['another domain', { email: 'ada@example.com.evil.test' }, 'not in a domain'],
    ['no e-mail', { email: undefined }, 'not in a domain'],
    ['no group with a role', { groups: ['staff'] }, 'None of your groups'],
    ['groups as text', { groups: 'llm-owners' }, 'None of your groups'],
  ])('refuses somebody with %s', async (name, claims, text) => {
    const page = await logIn({ ...ADA, sub: `refused ${name}`, ...claims });

    expect(page.status).toBe(403);
    expect(page.text).toContain(text);
  });

  it('refuses a suspended user', async () => {
    const person = { ...ADA, sub: 'gone', email: 'gone@example.com' };
    const { user_id } = await whoAmI(await logIn(person));
    await auth.app.get(DataSource).query(`UPDATE app_user SET status = 'suspended' WHERE id = $1`, [user_id]);

    const page = await logIn(person);
    expect([page.status, page.text.includes('account_suspended')]).toEqual([403, true]);
  });

  it.each([
    ['another state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['another code', (url: URL) => url.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (url: URL) => url.searchParams.delete('code')],
    ['two codes', (url: URL) => url.searchParams.append('code', 'x')],
    ['the answer of another issuer', (url: URL) => url.searchParams.set('iss', 'https://evil.example')],
    ['an error of the provider', (url: URL) => url.searchParams.set('error', 'access_denied')],
  ])('refuses an answer with %s', async (_name, change) => {
    const browser = new Browser();
    const url = new URL(await comeBack(browser));
    change(url);

    expect((await browser.visit(url.href)).status).toBe(401);
  });

  it('refuses an answer that this browser did not ask for, one used twice, and a code from another browser', async () => {
    const [victim, attacker] = [new Browser(), new Browser()];
    const used = await comeBack(victim);
    const cookies = new Map(victim.cookies.get(new URL(auth.url).host));
    expect((await victim.visit(used)).status).toBe(302);

    // Log-in forgery: the victim is led to an answer the attacker has fetched.
    expect((await victim.visit(await comeBack(attacker))).status).toBe(401);
    // Replay, with all cookies of the first time.
    const thief = new Browser();
    thief.cookies.set(new URL(auth.url).host, cookies);
    expect((await thief.visit(used)).status).toBe(401);
    // Code injection: a foreign code in one's own flow fails for PKCE and nonce.
    const own = new URL(await comeBack(new Browser()));
    const mine = new Browser();
    const url = new URL(await comeBack(mine));
    url.searchParams.set('code', own.searchParams.get('code') ?? '');
    expect((await mine.visit(url.href)).status).toBe(401);
  });

  it('keeps a browser’s session in cookies that scripts and other sites cannot use', async () => {
    const browser = new Browser();
    const page = await browser.visit(await comeBack(browser, ADA, '?return_to=/console'));
    const host = new URL(auth.url).host;

    expect([page.status, page.location]).toEqual([302, '/console']);
    expect(browser.cookie(host, '__Host-mm_session')?.attributes).toMatch(
      /Path=\/; .*HttpOnly; Secure; SameSite=Strict/,
    );
    expect(browser.cookie(host, '__Secure-mm_refresh')?.path).toBe('/auth');
    expect(browser.cookie(host, 'mm_sso')).toBeUndefined();
  });

  it.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    '/%0d%0aX: y\r\n',
  ])('does not send the browser to %s afterwards', async (target) => {
    const browser = new Browser();
    const page = await browser.visit(
      await comeBack(browser, ADA, `?return_to=${encodeURIComponent(target)}`),
    );

    expect([page.status, page.location]).toEqual([302, '/']);
  });
});

describe('without single sign-on', () => {
  it(
    'there is nothing at its routes',
    async () => {
      const auth = await startAuthApp();
      const answers = [
        await call(`${auth.url}/auth/sso/login`, undefined),
        await call(`${auth.url}/auth/sso/callback`, undefined),
      ];
      await auth.stop();

      expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    },
    START_MS,
  );
});
