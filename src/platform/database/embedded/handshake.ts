import { createHash, timingSafeEqual } from 'node:crypto';
import {
  authenticationOk,
  encryptionRefused,
  errorResponse,
  negotiateProtocolVersion,
  parameterStatus,
  parseStartupPacket,
  passwordRequest,
  type StartupPacket,
} from './wire-messages';
import { readCString } from './wire-protocol';

export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export type HandshakeStep =
  | { readonly kind: 'reply' | 'ask_password' | 'accepted' | 'refused'; readonly bytes: Buffer }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: number };

/** What every client is told after the password; the values PGlite runs with. */
const reportedSettings = {
  client_encoding: 'UTF8',
  server_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  integer_datetimes: 'on',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  is_superuser: 'on',
};

/**
 * The start of a connection: encryption is declined (loopback only), then the password is asked in clear text. It is
 * random, new at each start, and never leaves the machine; a SCRAM exchange would protect it from nobody else.
 */
export class Handshake {
  private parameters: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly credentials: Credentials,
    private readonly serverVersion: string,
  ) {}

  get applicationName(): string {
    return this.parameters.get('application_name') ?? '';
  }

  startup(packet: Buffer): HandshakeStep {
    const parsed = parseStartupPacket(packet);
    if (parsed.kind === 'cancel') return parsed;
    if (parsed.kind === 'encryption') return { kind: 'reply', bytes: encryptionRefused };
    return this.askPassword(parsed);
  }

  password(message: Buffer): HandshakeStep {
    const { user, password, database } = this.credentials;
    const given = message[0] === passwordMessage ? readCString(message, 5).text : '';
    const matches = isSame(given, password) && this.parameters.get('user') === user;
    if (!matches) return refusal('28P01', `password authentication failed for user "${user}"`);
    const asked = this.parameters.get('database') ?? user;
    if (asked !== database) return refusal('3D000', `database "${asked}" does not exist`);
    const settings = { server_version: this.serverVersion, ...reportedSettings, session_authorization: user };
    const reports = Object.entries({ ...settings, application_name: this.applicationName });
    const bytes = Buffer.concat([
      authenticationOk,
      ...reports.map(([name, value]) => parameterStatus(name, value)),
    ]);
    return { kind: 'accepted', bytes };
  }

  private askPassword(packet: Extract<StartupPacket, { kind: 'start' }>): HandshakeStep {
    this.parameters = packet.parameters;
    const negotiation = packet.minorVersion > 0 ? [negotiateProtocolVersion()] : [];
    return { kind: 'ask_password', bytes: Buffer.concat([...negotiation, passwordRequest]) };
  }
}

const passwordMessage = 'p'.charCodeAt(0);

const refusal = (sqlState: string, message: string): HandshakeStep => ({
  kind: 'refused',
  bytes: errorResponse({ severity: 'FATAL', sqlState, message }),
});

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
