import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './free-port';

/** What the provider says about a person. */
export interface Person extends Readonly<Record<string, unknown>> {
  readonly sub: string;
}

export interface OpenIdProvider {
  readonly issuer: string;
  /** Whoever logs in from now on is this person. */
  become(person: Person): Promise<void>;
  stop(): Promise<void>;
}

/** The `oidc-provider` package in a process of its own. */
export async function startOpenIdProvider(redirectUrl: string): Promise<OpenIdProvider> {
  const port = await freePort();
  const file = join(__dirname, 'openid-provider.process.mjs');
  const child = spawn(process.execPath, [file, String(port), redirectUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    async become(person) {
      await fetch(`${issuer}/person`, { method: 'PUT', body: JSON.stringify(person) });
    },
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
