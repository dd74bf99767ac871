import { createHash } from 'node:crypto';
import type { RedisClient } from './redis-connection';

export type LuaArgument = string | number;

/**
 * A Lua script called by its SHA-1, so that its text travels once per server only. `parse` turns the
 * reply into its type and throws on anything unexpected.
 */
export class LuaScript<Reply> {
  readonly sha: string;

  constructor(
    private readonly source: string,
    private readonly parse: (reply: unknown) => Reply,
  ) {
    this.sha = createHash('sha1').update(source).digest('hex');
  }

  /** One round trip; a second one only when the server does not know the script yet (it has then not run). */
  async run(client: RedisClient, keys: readonly string[], args: readonly LuaArgument[]): Promise<Reply> {
    return this.parse(await this.evaluate(client, keys, args));
  }

  /** In one message with its text: for what has to run even when no answer arrives that the server does not know it yet. */
  async runWhole(client: RedisClient, keys: readonly string[], args: readonly LuaArgument[]): Promise<Reply> {
    return this.parse(await client.eval(this.source, keys.length, ...keys, ...args));
  }

  private async evaluate(
    client: RedisClient,
    keys: readonly string[],
    args: readonly LuaArgument[],
  ): Promise<unknown> {
    try {
      return await client.evalsha(this.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return client.eval(this.source, keys.length, ...keys, ...args);
    }
  }
}
