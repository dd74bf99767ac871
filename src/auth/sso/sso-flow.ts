import { hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Clock } from '../../common/clock';
import { AuthSecrets } from '../auth-secrets';
import { AUTH_ERRORS } from '../auth.errors';
import { openFlow, safeReturnPath, sealFlow, type Flow } from './flow-cookie';
import { OpenIdClient } from './open-id-client';
import { SsoConfig } from './sso.config';
import { toSsoIdentity, type SsoIdentity } from './sso-identity';

/** How long somebody may take at the identity service. */
const FLOW_SECONDS = 600;
const KEY_BYTES = 32;

/** Where the browser goes, and the cookie it must come back with. */
export interface SsoStart {
  readonly url: URL;
  readonly cookie: string;
  readonly maxAgeMs: number;
}

/** One way to the identity service and back. The server remembers nothing of it: the browser carries it, signed. */
@Injectable()
export class SsoFlow {
  readonly #key: Buffer;

  constructor(
    private readonly config: SsoConfig,
    private readonly client: OpenIdClient,
    private readonly clock: Clock,
    secrets: AuthSecrets,
  ) {
    this.#key = Buffer.from(
      hkdfSync('sha256', secrets.pepper.reveal(), 'modelmuxer', 'single sign-on flow', KEY_BYTES),
    );
  }

  async begin(returnTo: string | undefined, transport: Flow['transport']): Promise<SsoStart> {
    const { url, secrets } = await this.client.begin();
    const maxAgeMs = FLOW_SECONDS * 1_000;
    const flow: Flow = {
      ...secrets,
      returnTo: safeReturnPath(returnTo),
      transport,
      endsAtMs: this.clock.now() + maxAgeMs,
    };
    return { url, cookie: sealFlow(flow, this.#key), maxAgeMs };
  }

  /** Who has logged in; 401 unless this browser began what it finishes and the identity service confirms it. */
  async finish(
    query: URLSearchParams,
    cookie: string | undefined,
  ): Promise<{ readonly identity: SsoIdentity; readonly flow: Flow }> {
    this.client.requireEndpoint();
    const flow = openFlow(cookie, this.#key, this.clock.now());
    if (flow === undefined)
      throw failed('This log-in was not begun here, or too long ago. Please start again.');
    const identity = toSsoIdentity(await this.client.finish(query, flow), this.config);
    if (identity === undefined) throw failed('The identity service names nobody. Please start again.');
    return { identity, flow };
  }
}

function failed(text: string): AppError {
  return new AppError(AUTH_ERRORS.ssoFailed, { public: text });
}
