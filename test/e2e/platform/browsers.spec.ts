import { createApp } from '../../support/create-app';
import { startTinyApp } from './tiny-app';

async function preflight(settings: Record<string, string>, origin: string): Promise<string | null> {
  const tiny = await startTinyApp(settings);
  const response = await fetch(`${tiny.url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  await tiny.close();
  return response.headers.get('access-control-allow-origin');
}

describe('calls from browsers', () => {
  it('are allowed for no origin by default', async () => {
    expect(await preflight({}, 'http://localhost:3000')).toBeNull();
  });

  it('are allowed for the listed origins only', async () => {
    const settings = { OBSERVABILITY__CORS_ORIGINS: 'http://localhost:3000,http://localhost:8080' };

    expect(await preflight(settings, 'http://localhost:8080')).toBe('http://localhost:8080');
    expect(await preflight(settings, 'http://evil.example')).toBeNull();
  });
});

describe('the address of a client', () => {
  it('is taken from X-Forwarded-For only when a proxy is trusted', async () => {
    for (const [trustProxy, status] of [
      ['', 429],
      ['1', 200],
    ] as const) {
      const tiny = await startTinyApp({ IP_REQUESTS_PER_MINUTE: '1', TRUST_PROXY: trustProxy });
      await fetch(`${tiny.url}/health`, { headers: { 'x-forwarded-for': '1.1.1.1' } });
      const second = await fetch(`${tiny.url}/health`, { headers: { 'x-forwarded-for': '2.2.2.2' } });
      await tiny.close();

      expect(second.status).toBe(status);
    }
  });
});

describe('the documentation page', () => {
  it('needs nothing that its content security policy forbids', async () => {
    const app = await createApp();
    const page = await fetch(`${app.url}/docs`);
    const html = await page.text();
    const policy = page.headers.get('content-security-policy') ?? '';
    const scripts = [...html.matchAll(/<script\b([^>]*)>([^]*?)<\/script>/g)];
    const sources = scripts.map(([, attributes = '']) => /src="([^"]+)"/.exec(attributes)?.[1] ?? '');
    const fetched = await Promise.all(
      sources.map(async (source) => (await fetch(new URL(source, page.url))).status),
    );
    const outside = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, target = '']) => new URL(target, page.url))
      .filter((url) => url.origin !== app.url && url.protocol !== 'data:');
    await app.stop();

    expect(policy).toContain("default-src 'none';script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:|\*/);
    expect(scripts.length).toBeGreaterThan(0);
    // No script in the page itself, no attribute that is one, nothing from elsewhere.
    expect(scripts.every(([, , text = '']) => text.trim() === '')).toBe(true);
    expect(html).not.toMatch(/\son[a-z]+="/);
    expect(outside).toEqual([]);
    expect(new Set(fetched)).toEqual(new Set([200]));
  }, 120_000);
});
