import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { isJsonObject, parseJson } from '../../src/common/json';
import { describeWithRedisServers } from './redis-servers';
import { describeWithPostgres } from './services';

const PROGRAM = join(__dirname, 'own-servers.process.mjs');

export type ServerName = 'postgres' | 'redis';

/** A real PostgreSQL and Redis of one suite alone, which it may stop and start again. */
export class OwnServers {
  private constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, null>,
    private readonly answers: AsyncIterator<string>,
    readonly databaseUrl: string,
    readonly redisUrl: string,
  ) {}

  static async start(): Promise<OwnServers> {
    const child = spawn(process.execPath, ['--no-warnings', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = parseJson((await answers.next()).value ?? '');
    if (!isJsonObject(first) || typeof first['postgres'] !== 'string' || typeof first['redis'] !== 'string')
      throw new Error(`no servers of its own: ${JSON.stringify(first)}`);
    return new OwnServers(child, answers, first['postgres'], first['redis']);
  }

  /** Ends the servers, one after the other; PostgreSQL keeps what it has. */
  halt(...names: readonly ServerName[]): Promise<void> {
    return this.tell('halt', names);
  }

  /** Starts them at their old addresses, Redis empty. */
  resume(...names: readonly ServerName[]): Promise<void> {
    return this.tell('resume', names);
  }

  async close(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.stdin.end();
    await gone;
  }

  private async tell(action: 'halt' | 'resume', names: readonly ServerName[]): Promise<void> {
    for (const name of names) {
      this.child.stdin.write(`${action} ${name}\n`);
      const answer = (await this.answers.next()).value;
      if (answer !== 'done') throw new Error(`${action} ${name}: ${String(answer)}`);
    }
  }
}

/** `describe` for suites that stop and start servers of their own, where this machine can have some. */
export function describeWithOwnServers(name: string, body: () => void): void {
  describeWithPostgres(name, () => describeWithRedisServers('(servers of its own)', body));
}
