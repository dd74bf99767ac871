import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MetricsServer } from '../../../src/telemetry/metrics-server';
import { MetricsService } from '../../../src/telemetry/metrics.service';
import { logAs, startTinyApp, type TinyApp } from './tiny-app';

const TRACE_ID = '1234567890abcdef1234567890abcdef';
const PARENT_SPAN_ID = 'abcdef1234567890';

async function metricsOf(tiny: TinyApp): Promise<string> {
  return (await fetch(`${tiny.url}/metrics/prometheus`)).text();
}

const seriesOf = (text: string): Set<string> =>
  new Set(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.replace(/ [^ ]*$/, '')),
  );

/** Accepts spans like a collector and remembers the bytes. */
async function startCollector(): Promise<{ url: string; received: () => Buffer; server: Server }> {
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    request.on('data', (part: Buffer) => bodies.push(part));
    request.on('end', () => response.writeHead(request.url === '/v1/traces' ? 200 : 404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, received: () => Buffer.concat(bodies), server };
}

describe('metrics', () => {
  let tiny: TinyApp;

  beforeAll(async () => {
    tiny = await startTinyApp();
  });

  afterAll(() => tiny.close());

  it('counts by route template, refusals of guards and unknown routes included', async () => {
    await fetch(`${tiny.url}/v1/models/a`);
    await fetch(`${tiny.url}/v1/models/b`);
    await fetch(`${tiny.url}/v1/secret`);
    await fetch(`${tiny.url}/nowhere`);
    await sleep(20);
    const text = await metricsOf(tiny);

    expect(text).toContain('http_requests_total{route="/v1/models/:id",method="GET",status="200"} 2');
    expect(text).toContain('http_requests_total{route="/v1/secret",method="GET",status="401"} 1');
    expect(text).toContain('http_requests_total{route="unmatched",method="GET",status="404"} 1');
    expect(text).toContain('http_request_latency_ms_count{route="/v1/models/:id",method="GET"} 2');
    expect(text).toContain('modelmuxer_auth_failures_total{reason="missing_api_key"} 1');
    expect(text).toContain('modelmuxer_http_requests_in_flight 1');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('gains fewer than 60 series from 600 hostile paths, methods, models, agents and reasons', async () => {
    const metrics = tiny.app.get(MetricsService);
    metrics.registerModels('openai', ['gpt-4o']);
    const before = seriesOf(await metricsOf(tiny));
    for (let i = 0; i < 600; i++) {
      metrics.providerCall({ provider: `p${i}`, model: `m${i}`, outcome: 'success', durationMs: 1 });
      metrics.providerCall({ provider: 'openai', model: `m${i}`, outcome: 'success', durationMs: 1 });
      metrics.usage({ provider: 'openai', model: `m${i}`, inputTokens: 1, outputTokens: 1, costNanoUsd: 1n });
    }
    for (let i = 0; i < 200; i++) {
      await fetch(`${tiny.url}/v1/models/m${i}`, {
        headers: { 'user-agent': `agent-${i}`, 'x-request-id': `id-${i}` },
      });
      await fetch(`${tiny.url}/path-${i}?user=${i}`);
      await fetch(`${tiny.url}/health`, {
        method: ['PROPFIND', 'MKCOL', 'SEARCH', 'REPORT'][i % 4] ?? 'GET',
      });
    }
    await sleep(50);
    const after = seriesOf(await metricsOf(tiny));
    const added = [...after].filter((series) => !before.has(series));

    expect(added.filter((series) => /m1\b|p1\b|path-1|agent/.test(series))).toEqual([]);
    // Histogram buckets are counted too: three new children of about 15 series each are the worst case.
    expect(added.length).toBeLessThan(60);
  });

  it('records what modules report under the names of the documents', async () => {
    const metrics = tiny.app.get(MetricsService);
    metrics.registerModels('demo', ['demo-small']);
    metrics.providerCall({ provider: 'demo', model: 'demo-small', outcome: 'success', durationMs: 12 });
    metrics.usage({
      provider: 'demo',
      model: 'demo-small',
      inputTokens: 10,
      outputTokens: 5,
      costNanoUsd: 2_500_000_000n,
    });
    metrics.routerDecision({ route: '/v1/chat/completions', durationMs: 0.3 });
    metrics.routerFallback({ route: '/v1/chat/completions', reason: 'rate_limit' });
    metrics.policyViolation('jailbreak_detected');
    metrics.redaction('email', 3);
    metrics.budgetDenied('user');
    metrics.holdOutcome('granted');
    metrics.usageRecorded(4);
    metrics.outboxPending({ bytes: 42, oldestAgeSeconds: 1.5 });
    const text = await metricsOf(tiny);

    for (const line of [
      'llm_requests_total{provider="demo",model="demo-small",outcome="success"} 1',
      'llm_request_latency_ms_count{provider="demo",model="demo-small"} 1',
      'llm_request_tokens_in_total{provider="demo",model="demo-small"} 10',
      'llm_request_tokens_out_total{provider="demo",model="demo-small"} 5',
      'modelmuxer_cost_usd_total{provider="demo",model="demo-small"} 2.5',
      'llm_router_requests_total{route="/v1/chat/completions"} 1',
      'llm_router_decision_latency_ms_count{route="/v1/chat/completions"} 1',
      'llm_router_fallbacks_total{route="/v1/chat/completions",reason="rate_limit"} 1',
      'policy_violations_total{type="jailbreak_detected"} 1',
      'policy_redactions_total{pii_type="email"} 3',
      'modelmuxer_budget_denials_total{level="user"} 1',
      'modelmuxer_budget_holds_total{outcome="granted"} 1',
      'modelmuxer_ledger_rows_total 4',
      'modelmuxer_outbox_pending_bytes 42',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('counts a stream whose client leaves, once', async () => {
    const controller = new AbortController();
    const response = await fetch(`${tiny.url}/v1/stream`, { signal: controller.signal });
    controller.abort();
    expect(response.status).toBe(200);
    await sleep(100);

    expect(await metricsOf(tiny)).toContain(
      'http_requests_total{route="/v1/stream",method="GET",status="200"} 1',
    );
    expect(tiny.logLines().filter((line) => line.includes('"route":"/v1/stream"'))).toHaveLength(1);
    expect(tiny.logLines().find((line) => line.includes('"route":"/v1/stream"'))).toContain('"aborted":true');
  });
});

describe('the metrics endpoint', () => {
  it('asks for its token when one is set, also on its own port', async () => {
    const token = 'metrics-token-0123456789';
    const tiny = await startTinyApp({
      METRICS_TOKEN: token,
      METRICS_PORT: '0',
      OBSERVABILITY__PROM_METRICS_PATH: '/prom',
    });
    const own = `http://127.0.0.1:${tiny.app.get(MetricsServer).port ?? 0}`;
    const authorization = `Bearer ${token}`;
    const statuses = await Promise.all(
      [`${tiny.url}/prom`, `${own}/metrics`, `${own}/prom`].flatMap((url) => [
        fetch(url).then((response) => response.status),
        fetch(url, { headers: { authorization } }).then((response) => response.status),
      ]),
    );
    const elsewhere = [
      (await fetch(`${tiny.url}/metrics/prometheus`)).status,
      (await fetch(`${own}/health`)).status,
    ];
    await tiny.close();

    expect(statuses).toEqual([401, 200, 401, 200, 401, 200]);
    expect(elsewhere).toEqual([404, 404]);
  });

  it('is gone when metrics are off, under either name of the setting', async () => {
    const tiny = await startTinyApp({ ENABLE_METRICS: 'false', METRICS_PORT: '0' });
    const status = (await fetch(`${tiny.url}/metrics/prometheus`)).status;
    const { port } = tiny.app.get(MetricsServer);
    await tiny.close();

    expect(status).toBe(404);
    expect(port).toBeUndefined();
  });
});

describe('ids and trace headers', () => {
  let tiny: TinyApp;

  beforeAll(async () => {
    tiny = await startTinyApp();
  });

  afterAll(() => tiny.close());

  it('continues the trace of the caller and hands it on', async () => {
    const response = await fetch(`${tiny.url}/v1/chat/completions`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-${PARENT_SPAN_ID}-01` },
    });
    const { traceparent } = (await response.json()) as { traceparent: string };

    expect(response.headers.get('x-trace-id')).toBe(TRACE_ID);
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
  });

  it.each([
    '',
    'x',
    `00-${'0'.repeat(32)}-${PARENT_SPAN_ID}-01`,
    `ff-${TRACE_ID}-${PARENT_SPAN_ID}-01`,
    `00-${TRACE_ID.toUpperCase()}-${PARENT_SPAN_ID}-01`,
  ])('starts its own trace when traceparent is %p', async (traceparent) => {
    const response = await fetch(`${tiny.url}/health`, { headers: { traceparent } });

    expect(response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(response.headers.get('x-trace-id')).not.toBe(TRACE_ID);
  });

  it('echoes a plain request id beside its own and ignores a strange one', async () => {
    const plain = await fetch(`${tiny.url}/health`, { headers: { 'x-request-id': 'order-17/retry:2' } });
    const strange = await fetch(`${tiny.url}/health`, { headers: { 'x-request-id': 'x"}{"level":"ERROR"' } });
    const long = await fetch(`${tiny.url}/health`, { headers: { 'x-request-id': 'x'.repeat(129) } });

    expect(plain.headers.get('x-request-id')).toBe('order-17/retry:2');
    expect(plain.headers.get('x-modelmuxer-request-id')).toMatch(/^req_/);
    expect(strange.headers.get('x-request-id')).toMatch(/^req_/);
    expect(long.headers.get('x-request-id')).toMatch(/^req_/);
  });
});

describe('spans', () => {
  it('reach the collector with names, trace and attributes, also for requests a guard refused', async () => {
    const collector = await startCollector();
    const tiny = await startTinyApp({ OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const response = await fetch(`${tiny.url}/v1/chat/completions`, {
      method: 'POST',
      body: '{"content":"canary prompt"}',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-${PARENT_SPAN_ID}-01` },
    });
    const { traceparent } = (await response.json()) as { traceparent: string };
    const refused = await fetch(`${tiny.url}/v1/secret?key=canary`);
    await sleep(50);
    await tiny.close();
    collector.server.close();
    const bytes = collector.received();
    const text = bytes.toString('latin1');

    for (const name of [
      'http.request',
      'policy.enforce',
      'router.decide',
      'provider.invoke',
      '/v1/chat/completions',
    ]) {
      expect(text).toContain(name);
    }
    expect(bytes.includes(Buffer.from(TRACE_ID, 'hex'))).toBe(true);
    expect(bytes.includes(Buffer.from(PARENT_SPAN_ID, 'hex'))).toBe(true);
    expect(bytes.includes(Buffer.from(refused.headers.get('x-trace-id') ?? '?', 'hex'))).toBe(true);
    expect(traceparent).toMatch(/-01$/);
    expect(bytes.includes(Buffer.from(traceparent.split('-')[2] ?? '?', 'hex'))).toBe(true);
    expect(text).not.toContain('canary');
    expect(tiny.logLines().find((line) => line.includes('"route":"/v1/chat/completions"'))).toMatch(
      /"span_id":"[0-9a-f]{16}"/,
    );
  });

  it('are not made when the caller did not sample, or the ratio is 0', async () => {
    const collector = await startCollector();
    const tiny = await startTinyApp({ OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    await fetch(`${tiny.url}/health`, { headers: { traceparent: `00-${TRACE_ID}-${PARENT_SPAN_ID}-00` } });
    await tiny.close();
    const none = await startTinyApp({
      OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OBSERVABILITY__SAMPLING_RATIO: '0',
    });
    await fetch(`${none.url}/health`);
    await none.close();
    collector.server.close();

    expect(collector.received()).toHaveLength(0);
  });

  it('do not hold up the stop when the collector hangs', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const tiny = await startTinyApp({
      OBSERVABILITY__OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    await fetch(`${tiny.url}/health`);
    const startedAt = Date.now();
    await tiny.close();
    const tookMs = Date.now() - startedAt;
    silent.closeAllConnections();
    silent.close();

    expect(tookMs).toBeLessThan(5_000);
  });
});

describe('the log', () => {
  it('is one JSON object per line whatever clients send', async () => {
    const tiny = await startTinyApp();
    const forged = '\n{"level":"CRITICAL","message":"forged"}';
    await fetch(`${tiny.url}/v1/models/${encodeURIComponent(forged)}`);
    await fetch(`${tiny.url}/nowhere/${encodeURIComponent(forged)}`, {
      headers: { 'user-agent': 'x\tforged' },
    });
    logAs('some.module', { message: `told by a client: ${forged}\u2028\u001b[31m`, field: forged });
    await new Promise<void>((resolve) => {
      const socket = connect(tiny.port, '127.0.0.1', () =>
        socket.end(
          `GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\u0085${forged.trim()}\r\nConnection: close\r\n\r\n`,
        ),
      );
      socket.on('data', () => undefined);
      socket.on('close', () => resolve());
    });
    await sleep(100);
    const entries = tiny.logLines().map((line) => JSON.parse(line) as Record<string, unknown>);
    await tiny.close();

    expect(entries.filter((entry) => entry['level'] === 'CRITICAL' || entry['message'] === 'forged')).toEqual(
      [],
    );
    expect(entries.length).toBeGreaterThan(2);
    for (const entry of entries) {
      expect(entry).toMatchObject({
        level: expect.stringMatching(/^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$/) as unknown,
      });
      expect(entry['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    }
  });

  it('has one access line per request with the template and without headers or queries', async () => {
    const tiny = await startTinyApp();
    const response = await fetch(`${tiny.url}/v1/models/canary-id?token=canary-query`, {
      headers: {
        authorization: 'Bearer canary-key',
        'x-api-key': 'canary-key',
        'user-agent': 'canary-agent',
      },
    });
    await fetch(`${tiny.url}/health`);
    await sleep(100);
    const access = tiny
      .logLines()
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((entry) => entry['logger'] === 'http.access');
    const all = tiny.logLines().join('\n');
    await tiny.close();

    expect(access).toHaveLength(1);
    expect(access[0]).toEqual({
      level: 'INFO',
      time: expect.any(String) as unknown,
      logger: 'http.access',
      message: 'Request processed',
      method: 'GET',
      route: '/v1/models/:id',
      status: 200,
      duration_ms: expect.any(Number) as unknown,
      request_id: response.headers.get('x-request-id'),
      trace_id: response.headers.get('x-trace-id'),
    });
    expect(all).not.toContain('canary');
  });
});
