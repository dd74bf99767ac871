import { createApp, type TestApp } from '../../support/create-app';

const LONG = 'The bees of the northern hills gather in spring. '.repeat(200);

describe('hybrid routing', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp();
  }, 60_000);
  afterAll(() => app.stop(), 60_000);
  beforeEach(() => app.vendor.reset());

  it('is what chooses by default, and can be asked for by name', async () => {
    const byDefault = await app.chat('What is 2+2?');
    const byName = await app.chat('What is 2+2?', { headers: { 'x-routing-strategy': 'hybrid' } });

    expect(byDefault.body.router_metadata['strategy']).toBe('hybrid');
    expect(byDefault.headers.get('x-route-strategy')).toBe('hybrid');
    expect(byDefault.body.router_metadata['routing_reason']).toMatch(/predicted quality \d+ %/);
    expect(byName.body.router_metadata).toMatchObject({ strategy: 'hybrid' });
  });

  it('knows whose prompt cache a conversation has warmed', async () => {
    const said = [
      { role: 'system', content: LONG },
      { role: 'user', content: 'Tell me about bees' },
    ];
    const first = await app.chat({ messages: said });
    const next = [...said, { role: 'assistant', content: 'They hum.' }, said[1]];
    const second = await app.chat({ messages: next });

    expect(first.body.router_metadata['routing_reason']).not.toContain('warm');
    expect(second.headers.get('x-route-decision')).toBe(first.headers.get('x-route-decision'));
    expect(second.body.router_metadata['routing_reason']).toContain('prompt cache is warm');
  });
});
