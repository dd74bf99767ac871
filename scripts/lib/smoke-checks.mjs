import { randomUUID } from 'node:crypto';

const question = {
  messages: [{ role: 'user', content: 'Answer with one short sentence: what is a gateway?' }],
  max_tokens: 64,
};

/** What a working installation does. `run` answers what was seen, in a few words, or throws what is wrong. */
export const checks = [
  { name: 'health', run: health },
  { name: 'ready', run: ready },
  { name: 'models', run: models },
  { name: 'providers', run: providers },
  { name: 'chat, routed', run: chat },
  { name: 'chat, streamed', run: stream },
  { name: 'request id echoed', run: requestId },
  { name: 'no key: 401', run: missingKey },
  { name: 'wrong key: 401', run: wrongKey },
  { name: 'broken JSON: 400', run: brokenJson },
  { name: 'no messages: 400', run: missingMessages },
  { name: 'unknown model: 404', run: unknownModel },
  { name: 'unknown route: 404', run: unknownRoute },
  { name: 'metrics', run: metrics },
];

function expect(condition, problem) {
  if (!condition) throw new Error(problem);
}

function expectStatus(answer, status) {
  expect(
    answer.status === status,
    `status ${answer.status} instead of ${status}: ${answer.text.slice(0, 200)}`,
  );
}

async function health(client) {
  const answer = await client.get('/health', { anonymous: true });
  expectStatus(answer, 200);
  expect(typeof answer.json?.status === 'string', 'the answer has no status');
  return `${answer.json.status}${answer.json.version === undefined ? '' : `, version ${answer.json.version}`}`;
}

async function ready(client) {
  const answer = await client.get('/health/ready', { anonymous: true });
  expectStatus(answer, 200);
  return answer.json?.status ?? 'ready';
}

async function models(client) {
  const answer = await client.get('/v1/models');
  expectStatus(answer, 200);
  expect(answer.json?.object === 'list' && Array.isArray(answer.json.data), 'not an OpenAI model list');
  const ids = answer.json.data.map((model) => model.id);
  expect(ids.length > 0, 'no model is usable');
  expect(ids.includes('auto'), '"auto" is not in the list');
  const unpriced = answer.json.data.filter((model) => model.id !== 'auto' && model.pricing === undefined);
  expect(unpriced.length === 0, `without pricing: ${unpriced.map((model) => model.id).join(', ')}`);
  return `${ids.length} models`;
}

async function providers(client) {
  const answer = await client.get('/v1/providers');
  expectStatus(answer, 200);
  const all = Object.values(answer.json?.providers ?? {});
  expect(all.length > 0, 'no provider is configured');
  expect(
    all.some((provider) => provider.status !== 'unavailable'),
    'every provider is unavailable',
  );
  return all.map((provider) => `${provider.name} ${provider.status}`).join(', ');
}

async function chat(client) {
  const answer = await client.post('/v1/chat/completions', question);
  expectStatus(answer, 200);
  const { choices, usage, router_metadata: metadata } = answer.json ?? {};
  expect(typeof choices?.[0]?.message?.content === 'string', 'no answer text in choices[0].message.content');
  expect(usage?.total_tokens === usage?.prompt_tokens + usage?.completion_tokens, 'usage does not add up');
  expect(metadata !== undefined, 'no router_metadata');
  const decision = `${metadata.selected_provider}/${metadata.selected_model}`;
  expectRouteHeaders(answer.headers, decision, metadata);
  expectConsistentCost(metadata);
  return `${decision}, ${metadata.actual_cost} USD`;
}

function expectRouteHeaders(headers, decision, metadata) {
  expect(headers.get('x-request-id') !== null, 'no x-request-id header');
  const route = headers.get('x-route-decision');
  expect(route === decision, `x-route-decision is ${route}, router_metadata says ${decision}`);
  const cost = headers.get('x-route-cost-usd');
  expect(
    cost === null || Number(cost) === metadata.actual_cost,
    `x-route-cost-usd is ${cost}, router_metadata says ${metadata.actual_cost}`,
  );
}

function expectConsistentCost(metadata) {
  const { actual_cost: cost, actual_cost_nano_usd: nano } = metadata;
  expect(typeof cost === 'number' && cost >= 0, 'actual_cost is not a number');
  expect(/^\d+$/.test(String(nano)), 'actual_cost_nano_usd is not a whole number');
  const difference = Math.abs(Number(nano) - cost * 1e9);
  expect(difference <= 1, `actual_cost ${cost} USD and actual_cost_nano_usd ${nano} disagree`);
}

async function stream(client) {
  const body = { ...question, stream: true, stream_options: { include_usage: true } };
  const { events, firstMs, unfinished } = await client.stream('/v1/chat/completions', body);
  expect(unfinished === '', `the stream ends inside an event: ${unfinished.slice(0, 80)}`);
  expect(events.at(-1) === '[DONE]', `the stream ends with ${events.at(-1)?.slice(0, 80)} instead of [DONE]`);
  const chunks = events.slice(0, -1).map((data) => JSON.parse(data));
  const failed = chunks.find((chunk) => chunk.error !== undefined);
  expect(failed === undefined, `error in the stream: ${failed?.error?.message}`);
  expect(
    chunks.every((chunk) => chunk.object === 'chat.completion.chunk'),
    'an event is no chat.completion.chunk',
  );
  const text = chunks.map((chunk) => chunk.choices?.[0]?.delta?.content ?? '').join('');
  expect(text !== '', 'no text in the chunks');
  expect(
    chunks.some((chunk) => chunk.choices?.[0]?.finish_reason),
    'no finish_reason',
  );
  expect(
    chunks.some((chunk) => chunk.usage?.total_tokens > 0),
    'no usage although it was asked for',
  );
  return `${chunks.length} chunks, first after ${Math.round(firstMs)} ms`;
}

async function requestId(client) {
  const given = `smoke-${randomUUID()}`;
  const answer = await client.get('/v1/models', { headers: { 'x-request-id': given } });
  expect(answer.headers.get('x-request-id') === given, `came back as ${answer.headers.get('x-request-id')}`);
  return given;
}

function missingKey(client) {
  return expectError(
    client.post('/v1/chat/completions', question, { anonymous: true }),
    401,
    'missing_api_key',
  );
}

function wrongKey(client) {
  const headers = { authorization: 'Bearer mm_not_a_key' };
  return expectError(client.post('/v1/chat/completions', question, { headers }), 401, 'invalid_api_key');
}

function brokenJson(client) {
  return expectError(client.post('/v1/chat/completions', '{"messages": ['), 400, 'invalid_json');
}

function missingMessages(client) {
  return expectError(client.post('/v1/chat/completions', { model: 'auto' }), 400, 'validation_error');
}

function unknownModel(client) {
  const body = { ...question, model: 'no-such-model' };
  return expectError(client.post('/v1/chat/completions', body), 404, 'model_not_found');
}

function unknownRoute(client) {
  return expectError(client.get('/v1/no-such-route'), 404, 'not_found');
}

/** Every failure has the same envelope, whatever its cause. */
async function expectError(call, status, code) {
  const answer = await call;
  expectStatus(answer, status);
  const error = answer.json?.error;
  expect(error !== undefined, `no error envelope: ${answer.text.slice(0, 200)}`);
  for (const field of ['message', 'type', 'code', 'request_id']) {
    expect(typeof error[field] === 'string' && error[field] !== '', `error.${field} is missing`);
  }
  expect('param' in error, 'error.param is missing');
  expect(error.code === code, `error.code is ${error.code} instead of ${code}`);
  return `${error.type} / ${error.code}`;
}

async function metrics(client, { metricsUrl }) {
  const answer = await client.get(metricsUrl, { anonymous: true });
  expectStatus(answer, 200);
  const series = answer.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(/^# TYPE \S+ (counter|gauge|histogram)/m.test(answer.text), 'not in the Prometheus text format');
  return `${series.length} series`;
}
