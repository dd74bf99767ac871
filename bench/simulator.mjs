/**
 * The vendor of the benchmark: a constant answer of OpenAI's chat format as JSON or SSE, with usage, as fast as
 * node:http gives it. Runs as a child process; sends its port to the parent and ends with it.
 */
import { createServer } from 'node:http';
import { setImmediate } from 'node:timers';

const chunkCount = 32;
const usage = { prompt_tokens: 96, completion_tokens: chunkCount, total_tokens: 96 + chunkCount };
const word = ' gateway';

/** Answers name the model that was asked for, as a vendor's do; everything else is prepared once. */
const answers = new Map();

function answersFor(model) {
  const known = answers.get(model);
  if (known !== undefined) return known;
  const common = { id: 'chatcmpl-bench', created: 1_780_000_000, model };
  const message = { role: 'assistant', content: word.repeat(chunkCount).trim(), refusal: null };
  const json = {
    ...common,
    object: 'chat.completion',
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage,
  };
  const chunk = (choices, rest) =>
    Buffer.from(
      `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...rest })}\n\n`,
    );
  const delta = (content, finishReason = null) => [
    { index: 0, delta: content, logprobs: null, finish_reason: finishReason },
  ];
  const made = {
    json: Buffer.from(JSON.stringify(json)),
    chunks: [
      chunk(delta({ role: 'assistant', content: '' })),
      ...Array.from({ length: chunkCount }, () => chunk(delta({ content: word }))),
      chunk(delta({}, 'stop')),
      chunk([], { usage }),
      Buffer.from('data: [DONE]\n\n'),
    ],
  };
  answers.set(model, made);
  return made;
}

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = Buffer.concat(parts).toString('latin1');
    const { json, chunks } = answersFor(/"model":\s*"([^"]+)"/.exec(body)?.[1] ?? 'unknown');
    if (!/"stream":\s*true/.test(body)) {
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': json.length })
        .end(json);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    // One write per token and turn of the event loop, so that tokens arrive one by one as a vendor sends them.
    let next = 0;
    const sendNext = () => {
      if (response.destroyed) return;
      response.write(chunks[next++]);
      if (next < chunks.length) setImmediate(sendNext);
      else response.end();
    };
    sendNext();
  });
});
server.keepAliveTimeout = 120_000;
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
