import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { AnchorPublisher } from '../../../src/audit/anchors/anchor-publisher';
import { parseAnchors, readAnchorFile } from '../../../src/audit/anchors/file-anchor';
import { SignedPost } from '../../../src/audit/signed-post';
import { SystemClock } from '../../../src/common/clock';
import { loadConfig } from '../../../src/platform/config/load-config';
import { HttpClient } from '../../../src/platform/http/http-client';
import { HttpClientConfig } from '../../../src/platform/http/http-client.config';
import { AuditBench, emptyTrail, TRAIL_OWNER } from '../../support/audit-kit';
import { openEmbedded, type MigratedDatabase } from '../../support/migrated-database';

const SECRET = 'a-secret-of-at-least-32-characters';
/** The embedded database takes its time on a busy machine. */
const START_LIMIT_MS = 90_000;
const signal = new AbortController().signal;

interface Post {
  readonly body: string;
  readonly signature: string;
}

describe('anchors of audit checkpoints', () => {
  let database: MigratedDatabase;
  let server: Server;
  let http: HttpClient;
  const posts: Post[] = [];
  let status = 200;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await openEmbedded();
    http = new HttpClient(loadConfig([HttpClientConfig], {}).get(HttpClientConfig));
    server = createServer((request, response) => {
      void textOf(request).then((body) => {
        posts.push({ body, signature: String(request.headers['x-modelmuxer-signature']) });
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }, START_LIMIT_MS);
  afterAll(async () => {
    await http.onApplicationShutdown();
    server.close();
    await database.close();
  });
  beforeEach(async () => {
    await emptyTrail(database);
    posts.length = 0;
    status = 200;
  });

  function publisherOf(bench: AuditBench): AnchorPublisher {
    return new AnchorPublisher(bench.config, bench.checkpoints, new SignedPost(http, new SystemClock()));
  }

  it('keep every checkpoint in a file that proves a truncation', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'mm-anchor-')), 'deep', 'checkpoints.jsonl');
    const bench = new AuditBench(database, { AUDIT_ANCHOR_FILE: path });
    for (let n = 0; n < 3; n++) {
      await bench.fill(2);
      await bench.checkpoints.make(TRAIL_OWNER);
    }
    const publisher = publisherOf(bench);

    await publisher.publish(signal);
    await publisher.publish(signal);

    const anchors = await readAnchorFile(path);
    expect(anchors.map((anchor) => anchor.sequence)).toEqual(['2', '4', '6']);
    await database.dataSource.query('DELETE FROM audit_event WHERE sequence > 4');
    await database.dataSource.query('DELETE FROM audit_checkpoint WHERE sequence > 4');
    await database.dataSource.query(
      `UPDATE audit_chain SET last_sequence = 4, last_hash = (SELECT hash FROM audit_event WHERE sequence = 4)`,
    );
    expect((await bench.verify()).intact).toBe(true);
    expect((await bench.verify(anchors)).problem).toMatchObject({ kind: 'truncated', sequence: '5' });
  });

  it('receive every checkpoint by a signed post, again until they have taken it', async () => {
    const bench = new AuditBench(database, {
      AUDIT_ANCHOR_URL: urlOf(server),
      AUDIT_ANCHOR_SECRET: SECRET,
    });
    await bench.fill(2);
    const checkpoint = await bench.checkpoints.make(TRAIL_OWNER);
    const publisher = publisherOf(bench);
    status = 503;
    await publisher.publish(signal);
    status = 200;
    await publisher.publish(signal);
    await publisher.publish(signal);

    expect(posts).toHaveLength(2);
    for (const { body, signature } of posts) {
      const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      expect(createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex')).toBe(mac);
      expect(JSON.parse(body)).toEqual({ checkpoints: [checkpoint] });
    }
  });

  it('may be read as lines or as an array, and what is no checkpoint in them is skipped', async () => {
    const bench = new AuditBench(database);
    await bench.fill(1);
    const checkpoint = await bench.checkpoints.make(TRAIL_OWNER);
    const line = JSON.stringify(checkpoint);

    expect(parseAnchors(`${line}\nnonsense\n{}\n\n${line.slice(0, 50)}`)).toEqual([checkpoint]);
    expect(parseAnchors(`[${line}, 1, null]`)).toEqual([checkpoint]);
    expect(parseAnchors(readFileSync(__filename, 'utf8'))).toEqual([]);
  });
});

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/anchor`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
