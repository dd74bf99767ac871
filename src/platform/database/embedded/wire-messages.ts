import { frame, readCString, WireProtocolError } from './wire-protocol';

/** Idle, in a transaction, in a failed transaction: what ReadyForQuery says. */
export type TransactionStatus = 'I' | 'T' | 'E';

const protocolVersion3 = 3;
const startupCodes = { cancel: 80877102, ssl: 80877103, gss: 80877104 } as const;

export type StartupPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: number }
  | {
      readonly kind: 'start';
      readonly minorVersion: number;
      readonly parameters: ReadonlyMap<string, string>;
    };

/** Reads the first packet of a connection. */
export function parseStartupPacket(packet: Buffer): StartupPacket {
  const code = packet.readInt32BE(4);
  if (code === startupCodes.ssl || code === startupCodes.gss) return { kind: 'encryption' };
  if (code === startupCodes.cancel) {
    if (packet.length < 16) throw new WireProtocolError('08P01', 'invalid cancel request');
    return { kind: 'cancel', processId: packet.readInt32BE(8), secret: packet.readInt32BE(12) };
  }
  if (code >>> 16 !== protocolVersion3) {
    throw new WireProtocolError('08P01', 'unsupported frontend protocol; version 3 is spoken here');
  }
  return { kind: 'start', minorVersion: code & 0xffff, parameters: parseParameters(packet) };
}

function parseParameters(packet: Buffer): Map<string, string> {
  const parameters = new Map<string, string>();
  let offset = 8;
  while (offset < packet.length && packet[offset] !== 0) {
    const name = readCString(packet, offset);
    const value = readCString(packet, name.next);
    parameters.set(name.text, value.text);
    offset = value.next;
  }
  return parameters;
}

export interface ErrorFields {
  readonly severity: 'ERROR' | 'FATAL';
  readonly sqlState: string;
  readonly message: string;
  readonly hint?: string;
}

export function errorResponse(fields: ErrorFields): Buffer {
  const parts = [`S${fields.severity}`, `V${fields.severity}`, `C${fields.sqlState}`, `M${fields.message}`];
  if (fields.hint !== undefined) parts.push(`H${fields.hint}`);
  return frame('E', Buffer.from(`${parts.join('\0')}\0\0`));
}

export const encryptionRefused = Buffer.from('N');
export const authenticationOk = frame('R', int32(0));
export const passwordRequest = frame('R', int32(3));
export const syncMessage = frame('S');

export const readyForQuery = (status: TransactionStatus): Buffer => frame('Z', Buffer.from(status));
export const query = (sql: string): Buffer => frame('Q', Buffer.from(`${sql}\0`));
export const closeStatement = (name: string): Buffer => frame('C', Buffer.from(`S${name}\0`));
export const parameterStatus = (name: string, value: string): Buffer =>
  frame('S', Buffer.from(`${name}\0${value}\0`));
export const backendKeyData = (processId: number, secret: number): Buffer =>
  frame('K', Buffer.concat([int32(processId), int32(secret)]));

/** Tells a client that asked for 3.n with n > 0 that 3.0 is spoken, as PostgreSQL does; it may go on or leave. */
export const negotiateProtocolVersion = (): Buffer =>
  frame('v', Buffer.concat([int32(protocolVersion3 << 16), int32(0)]));

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
