import type { VendorScript } from './vendor-script';

/** Answers with status 200 that are no answers. Each must end as a typed failure, never as a crash or as content. */
export const GARBAGE: Readonly<Record<string, VendorScript>> = {
  'half a JSON text': {
    rawBody: '{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"Hel',
  },
  'a web page': {
    rawBody: '<!doctype html><html><body>502 Bad Gateway</body></html>',
    contentType: 'text/html',
  },
  'bytes that are no text': { rawBody: '\u0000\u0001\ufffd\u0002', contentType: 'application/octet-stream' },
  'an empty body': { rawBody: '' },
  'the word null': { rawBody: 'null' },
  'a number': { rawBody: '42' },
  'a list': { rawBody: '[{"choices":[]}]' },
  'no choices': { rawBody: '{"id":"x","object":"chat.completion"}' },
  'empty choices': { rawBody: '{"id":"x","choices":[]}' },
  'choices that are no list': { rawBody: '{"id":"x","choices":{"0":{}}}' },
  'a choice without message': { rawBody: '{"id":"x","choices":[{"index":0,"finish_reason":"stop"}]}' },
  'a choice that is null': { rawBody: '{"id":"x","choices":[null]}' },
  'an error with status 200': { rawBody: '{"error":{"message":"boom","type":"server_error"}}' },
  'an error text with status 200': { rawBody: '{"error":"boom"}' },
  'deep nesting': { rawBody: `${'['.repeat(200_000)}${']'.repeat(200_000)}` },
  'deep nesting inside an answer': {
    rawBody: `{"choices":[{"index":0,"message":{"role":"assistant","content":"x","deep":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}}]}`,
  },
  'no content': { status: 204, rawBody: '' },
  'a redirect': { status: 307, rawBody: '', headers: { location: 'http://127.0.0.1:9/elsewhere' } },
};
