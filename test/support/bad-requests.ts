/** Requests that must be refused, and must not be able to do anything else. */

const USER = { role: 'user', content: 'x' };
const nested = (depth: number, open: string, close: string): string =>
  open.repeat(depth) + close.repeat(depth);

/** Bodies of `POST /v1/chat/completions`, each wrong in its own way; functions for the ones that are large. */
export const FIXED_BODIES: readonly (readonly [
  name: string,
  body: string | Buffer | (() => string | Buffer),
])[] = [
  ['no body', ''],
  ['white space', ' \n\t '],
  ['half an object', '{"messages":['],
  ['a trailing comma', '{"messages":[{"role":"user","content":"x"}],}'],
  ['two documents', '{}{}'],
  ['single quotes', "{'messages':[]}"],
  ['a comment', '{"messages":[]/*x*/}'],
  ['NaN', '{"messages":[{"role":"user","content":"x"}],"temperature":NaN}'],
  ['Infinity', '{"messages":[{"role":"user","content":"x"}],"temperature":Infinity}'],
  ['a leading zero', '{"n":01}'],
  ['hexadecimal', '{"n":0x10}'],
  ['a raw newline in a string', '{"messages":[{"role":"user","content":"a\nb"}]}'],
  ['a lone backslash', '{"messages":"\\"}'],
  ['a bad escape', '{"messages":"\\x41"}'],
  ['a bad unicode escape', '{"messages":"\\u12G4"}'],
  ['the word undefined', 'undefined'],
  ['a number', '42'],
  ['a string', '"messages"'],
  ['true', 'true'],
  ['null', 'null'],
  ['a list', '[]'],
  ['an empty object', '{}'],
  ['a form', 'messages=hello'],
  ['XML', '<messages/>'],
  ['YAML', 'messages:\n  - role: user'],
  ['a byte order mark alone', Buffer.from([0xef, 0xbb, 0xbf])],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  [
    'an overlong encoding',
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
  ],
  [
    'an encoded surrogate',
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
  ],
  ['UTF-16', Buffer.from('{"messages":[]}', 'utf16le')],
  ['zero bytes', Buffer.alloc(64)],
  ['messages as text', '{"messages":"hello"}'],
  ['messages as object', '{"messages":{"0":{"role":"user","content":"x"}}}'],
  ['no messages', '{"messages":[]}'],
  ['a message that is null', '{"messages":[null]}'],
  ['a message that is a list', '{"messages":[[]]}'],
  ['a message without role', '{"messages":[{"content":"x"}]}'],
  ['an unknown role', '{"messages":[{"role":"root","content":"x"}]}'],
  ['a role that is an object', '{"messages":[{"role":{},"content":"x"}]}'],
  ['content that is a number', '{"messages":[{"role":"user","content":1}]}'],
  ['content that is true', '{"messages":[{"role":"user","content":true}]}'],
  ['a part that is text', '{"messages":[{"role":"user","content":["x"]}]}'],
  ['a part without type', '{"messages":[{"role":"user","content":[{"text":"x"}]}]}'],
  ['a text part without text', '{"messages":[{"role":"user","content":[{"type":"text"}]}]}'],
  ['an image without address', '{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}'],
  [
    'a tool call without name',
    '{"messages":[{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{}}]}]}',
  ],
  ['a tool without definition', JSON.stringify({ messages: [USER], tools: [{ type: 'function' }] })],
  ['tools as an object', JSON.stringify({ messages: [USER], tools: {} })],
  [
    'a thousand and more tools',
    () =>
      JSON.stringify({
        messages: [USER],
        tools: Array.from({ length: 1_100 }, (_unused, i) => ({
          type: 'function',
          function: { name: `f${i}` },
        })),
      }),
  ],
  [
    'a schema format without schema',
    JSON.stringify({ messages: [USER], response_format: { type: 'json_schema' } }),
  ],
  ['an unknown format', JSON.stringify({ messages: [USER], response_format: { type: 'xml' } })],
  ['n of zero', JSON.stringify({ messages: [USER], n: 0 })],
  ['n of a million', JSON.stringify({ messages: [USER], n: 1_000_000 })],
  ['n of one and a half', JSON.stringify({ messages: [USER], n: 1.5 })],
  ['a negative output limit', JSON.stringify({ messages: [USER], max_tokens: -1 })],
  ['an output limit beyond all numbers', '{"messages":[{"role":"user","content":"x"}],"max_tokens":1e999}'],
  ['a temperature of a thousand', JSON.stringify({ messages: [USER], temperature: 1_000 })],
  ['a negative budget', JSON.stringify({ messages: [USER], max_budget: -1 })],
  ['a budget in words', JSON.stringify({ messages: [USER], max_budget: 'much' })],
  ['top_logprobs alone', JSON.stringify({ messages: [USER], top_logprobs: 3 })],
  ['a model that is a list', JSON.stringify({ messages: [USER], model: ['gpt-4o'] })],
  ['__proto__ as member', '{"__proto__":{"x":1},"messages":[{"role":"user","content":"x"}]}'],
  [
    '__proto__ written with escapes',
    '{"\\u005f\\u005fproto\\u005f\\u005f":{"x":1},"messages":[{"role":"user","content":"x"}]}',
  ],
  ['a hundred thousand nested lists', () => nested(100_000, '[', ']')],
  ['a hundred thousand nested objects', () => '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  [
    'nesting inside a known field',
    () =>
      `{"messages":[{"role":"user","content":"x"}],"metadata":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  ],
  ['nesting that is never closed', () => '{"a":['.repeat(50_000)],
  [
    'two hundred thousand unknown fields',
    () =>
      JSON.stringify({
        messages: [USER],
        ...Object.fromEntries(Array.from({ length: 200_000 }, (_unused, i) => [`k${i}`, i])),
      }),
  ],
  [
    'a number of a hundred thousand digits',
    () => `{"messages":[{"role":"user","content":"x"}],"seed":${'9'.repeat(100_000)}}`,
  ],
];

const WRONG_VALUES: readonly unknown[] = [
  true,
  -1,
  0.5,
  1e308,
  '',
  'text',
  '\u0000',
  [],
  [null],
  [[]],
  {},
  { a: 1 },
  [{}],
];
const FIELDS = [
  'model',
  'messages',
  'max_tokens',
  'max_completion_tokens',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'logit_bias',
  'stop',
  'n',
  'stream',
  'stream_options',
  'tools',
  'tool_choice',
  'functions',
  'function_call',
  'parallel_tool_calls',
  'response_format',
  'logprobs',
  'top_logprobs',
  'reasoning_effort',
  'service_tier',
  'user',
  'metadata',
  'prompt_cache_key',
  'verbosity',
  'max_budget',
  'region',
  'modalities',
  'audio',
  'prediction',
  'store',
];
const MESSAGE_FIELDS = [
  'role',
  'content',
  'name',
  'tool_calls',
  'tool_call_id',
  'function_call',
  'refusal',
  'audio',
  'reasoning_content',
];

/** A valid body in which one field after the other has one wrong value after the other. */
export function wrongTypeBodies(): readonly { readonly field: string; readonly body: object }[] {
  const base = { model: 'gpt-4o-mini', max_tokens: 5, messages: [USER] };
  const ofBody = FIELDS.flatMap((field) =>
    WRONG_VALUES.map((value) => ({ field, body: { ...base, [field]: value } })),
  );
  const ofMessage = MESSAGE_FIELDS.flatMap((field) =>
    ['user', 'assistant', 'tool'].flatMap((role) =>
      WRONG_VALUES.map((value) => ({
        field: `messages.${field}`,
        body: { ...base, messages: [{ role, content: 'x', [field]: value }] },
      })),
    ),
  );
  return [...ofBody, ...ofMessage];
}

export const PATHS_AND_METHODS: readonly (readonly [method: string, path: string])[] = [
  ...['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND', 'TRACE'].map(
    (method) => [method, '/v1/chat/completions'] as const,
  ),
  ['POST', '/v1/models'],
  ['DELETE', '/v1/models/gpt-4o'],
  ['POST', '/health'],
  ['GET', '/v1'],
  ['GET', '/v1/models/%'],
  ['GET', '/v1/models/%ff%fe'],
  ['GET', '/v1/models/%00'],
  ['GET', '/v1/models/..%2f..%2fetc%2fpasswd'],
  ['GET', `/v1/models/${'a'.repeat(5_000)}`],
  ['GET', '/v1/../../etc/passwd'],
  ['GET', '//evil.example/v1/models/x'],
  ['GET', '/v1/api-keys/%'],
  ['GET', "/v1/api-keys/'%20OR%201=1--"],
  ['GET', '/v1/api-keys/%00'],
  ['DELETE', '/v1/api-keys/__proto__'],
  ['GET', '/v1/analytics/records?limit=0'],
  ['GET', '/v1/analytics/records?limit=1e9'],
  ['GET', '/v1/analytics/records?limit=5&limit=6'],
  ['GET', '/v1/analytics/records?from=yesterday'],
  ['GET', '/v1/analytics/records?cursor=%00'],
  ['GET', '/v1/analytics/records?cursor=bm9uc2Vuc2U'],
  ['GET', '/v1/analytics/records?status=%27'],
  ['GET', '/v1/analytics/records?unknown=1'],
  ['GET', '/v1/api-keys?limit=-1'],
  ['GET', '/v1/api-keys?cursor[]=1'],
];

export const HOSTILE_HEADERS: readonly (readonly [
  name: string,
  headers: Record<string, string | string[]>,
])[] = [
  ['content-type of text', { 'content-type': 'text/plain' }],
  ['content-type of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['content-type multipart', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['content-type with a foreign charset', { 'content-type': 'application/json; charset=utf-16' }],
  ['content-type that is nonsense', { 'content-type': ';;;' }],
  ['content-encoding gzip', { 'content-encoding': 'gzip' }],
  ['content-encoding of everything', { 'content-encoding': 'gzip, br, deflate' }],
  ['two routing strategies', { 'x-routing-strategy': ['cost', 'quality'] }],
  ['two budgets', { 'x-max-budget': ['1', '2'] }],
  ['two request ids', { 'x-request-id': ['a', 'b'] }],
  ['a request id of 8 kB', { 'x-request-id': 'a'.repeat(8_000) }],
  ['a request id with quotes', { 'x-request-id': '"><script>' }],
  ['a broken traceparent', { traceparent: '00-zz-zz-zz' }],
  ['a traceparent of zeros', { traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }],
  ['two authorizations', { 'x-api-key': 'mm_other' }],
  ['a forwarded address that is none', { 'x-forwarded-for': "'; DROP TABLE usage_record; --" }],
  ['a hundred cookies', { cookie: Array.from({ length: 100 }, (_unused, i) => `c${i}=1`).join('; ') }],
  ['a method override', { 'x-http-method-override': 'DELETE' }],
  ['a proxy address', { 'x-forwarded-host': 'evil.example', 'x-original-url': '/v1/api-keys' }],
  ['latin-1 bytes', { 'x-routing-strategy': 'h\u00e9uristic' }],
];

/** Bytes that no HTTP client would send; given the key, so that they get as far as possible. */
export const RAW_REQUESTS: readonly (readonly [name: string, bytes: (key: string) => string])[] = [
  ['garbage', () => 'GARBAGE\r\n\r\n'],
  ['a TLS greeting', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['chunks of words', (key) => `${head(key)}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
  [
    'a chunk that is too long',
    (key) => `${head(key)}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n`,
  ],
  ['a negative chunk', (key) => `${head(key)}Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n`],
  [
    'length and chunks',
    (key) => `${head(key)}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['two lengths', (key) => `${head(key)}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`],
  ['a negative length', (key) => `${head(key)}Content-Length: -5\r\n\r\n{}`],
  ['a length that is longer than the body', (key) => `${head(key)}Content-Length: 500\r\n\r\n{"messages":`],
  ['an unknown transfer encoding', (key) => `${head(key)}Transfer-Encoding: rot13\r\n\r\n{}`],
  ['a header without a colon', (key) => `${head(key)}Broken header\r\n\r\n`],
  ['a header with a zero byte', (key) => `${head(key)}X-Zero: a\0b\r\n\r\n`],
  ['an obsolete line fold', (key) => `${head(key)}X-Fold: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`],
  [
    '300 headers',
    (key) =>
      `${head(key)}${Array.from({ length: 300 }, (_unused, i) => `X-${i}: 1`).join('\r\n')}\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  ['HTTP/3.7', (key) => head(key).replace('HTTP/1.1', 'HTTP/3.7') + '\r\n'],
  ['an address of 100 kB', () => `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
];

function head(key: string): string {
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`;
}
