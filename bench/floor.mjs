/**
 * The floor of the benchmark: the least a gateway on this stack can do. Reads the body, sends it on through an
 * undici pool by its ordinary `request` call, passes the answer's bytes back. No routing, no checks, no books.
 */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const [upstream] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 512, pipelining: 1 });
const passedOn = ['content-type', 'content-length', 'cache-control'];

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => void forward(request, Buffer.concat(parts), response));
});

async function forward(request, body, response) {
  try {
    const answer = await pool.request({
      path: request.url,
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    const kept = passedOn
      .filter((name) => answer.headers[name] !== undefined)
      .map((name) => [name, answer.headers[name]]);
    response.writeHead(answer.statusCode, Object.fromEntries(kept));
    for await (const chunk of answer.body) response.write(chunk);
    response.end();
  } catch {
    if (!response.headersSent) response.writeHead(502);
    response.end();
  }
}

server.keepAliveTimeout = 120_000;
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
