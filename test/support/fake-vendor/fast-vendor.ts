import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { streamedAnswer, wholeAnswer, type AnswerInput } from './vendor-answer';

const INPUT: AnswerInput = {
  script: { usage: { prompt_tokens: 100, completion_tokens: 9, total_tokens: 109 } },
  requestBody: '',
  requestedModel: 'gpt-4o-mini',
  number: 1,
  choices: 1,
};
const WHOLE = Buffer.from(wholeAnswer(INPUT));
const STREAMED = Buffer.from(
  streamedAnswer(INPUT)
    .map((data) => `data: ${data}\n\n`)
    .join(''),
);
const STREAM_MARK = Buffer.from('"stream":true');

/**
 * The same constant answer to everything, for as little work as possible, so that benchmarks measure
 * the gateway. Notes the attempt id of each call; `GET /__calls` tells them, `DELETE` forgets them.
 */
export function createFastVendor(): Server {
  let attemptIds: (string | undefined)[] = [];
  return createServer((request, response) => {
    if (request.url === '/__calls') {
      const calls = attemptIds.map((attemptId) => ({ attemptId }));
      response.end(JSON.stringify({ count: calls.length, calls }));
      if (request.method === 'DELETE') attemptIds = [];
      return;
    }
    const id = request.headers['x-client-request-id'];
    attemptIds.push(typeof id === 'string' ? id : undefined);
    reply(request, response);
  });
}

function reply(request: IncomingMessage, response: ServerResponse): void {
  let streamed = false;
  request.on('data', (chunk: Buffer) => {
    streamed ||= chunk.includes(STREAM_MARK);
  });
  request.on('end', () => {
    const body = streamed ? STREAMED : WHOLE;
    response.writeHead(200, {
      'content-type': streamed ? 'text/event-stream' : 'application/json',
      'content-length': body.length,
    });
    response.end(body);
  });
}
