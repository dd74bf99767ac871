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
