import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { VENDORS } from '../../../src/providers/vendors';
import { EXPECTED } from './wire/answer-expectations';
import { SDK_READERS, type SdkAnswer } from './wire/sdk-readers';
import { ANSWER_CASES, type AnswerCase, type WireAnswer } from './wire/vendor-wire';
import { VENDOR_WIRES } from './wire/vendor-wires';

/** Our fixtures are only worth something if the vendors' own libraries take them for the vendor's. */
let server: Server;
let body = '';
let type = '';

beforeAll(async () => {
  // Google's library looks for it where jest's sandbox has none.
  setGlobalDispatcher(getGlobalDispatcher());
  server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': type }).end(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function serve(what: 'json' | 'event-stream', text: string): string {
  type = what === 'json' ? 'application/json' : 'text/event-stream';
  body = text;
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function expectSeen(seen: SdkAnswer, name: AnswerCase, { native }: WireAnswer): void {
  const { text = '', calls = [] } = EXPECTED[name];
  expect(seen).toEqual({
    text,
    calls: calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) as unknown })),
    finish: native,
  });
}

it('has a library for every vendor of the table', () => {
  expect(Object.keys(SDK_READERS).sort()).toEqual(VENDORS.map(({ name }) => name).sort());
});

describe.each(VENDOR_WIRES)('[sdk of $vendor]', ({ vendor, model, answers }) => {
  const cases = ANSWER_CASES.flatMap((name) => {
    // A vendor that tells no usage breaks its own format.
    const answer = name === 'no usage' ? undefined : answers[name];
    return answer ? [[name, answer] as const] : [];
  });
  const reader = SDK_READERS[vendor];
  if (!reader) throw new Error(`no library for ${vendor}`);

  it.each(cases)('%s', async (name, answer) => {
    expectSeen(await reader.whole(serve('json', JSON.stringify(answer.whole)), model), name, answer);
  });

  it.each(cases)('%s, streamed', async (name, answer) => {
    expectSeen(await reader.streamed(serve('event-stream', answer.stream), model), name, answer);
  });
});
