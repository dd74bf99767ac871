import { Handshake } from './handshake';
import { frame } from './wire-protocol';

const credentials = { user: 'postgres', password: 'right', database: 'postgres' };

function packet(code: number, text = ''): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeInt32BE(8 + body.length, 0);
  header.writeInt32BE(code, 4);
  return Buffer.concat([header, body]);
}

describe('handshake', () => {
  const start = (): Handshake => new Handshake(credentials, '18.0');

  it('declines encryption and goes on', () => {
    for (const code of [80877103, 80877104]) {
      expect(start().startup(packet(code))).toEqual({ kind: 'reply', bytes: Buffer.from('N') });
    }
  });

  it('lets the right password in and reports the server version', () => {
    const handshake = start();
    expect(handshake.startup(packet(196608, 'user\0postgres\0application_name\0app\0\0')).kind).toBe(
      'ask_password',
    );

    const step = handshake.password(frame('p', Buffer.from('right\0')));

    expect(step.kind).toBe('accepted');
    expect(step.kind === 'accepted' && step.bytes.toString()).toContain('server_version\x0018.0');
    expect(handshake.applicationName).toBe('app');
  });

  it('refuses everything else, and gives the password away in no message', () => {
    const handshake = start();
    handshake.startup(packet(196608, 'user\0postgres\0\0'));
    for (const message of [
      frame('p', Buffer.from('wrong\0')),
      frame('p', Buffer.from('\0')),
      frame('Q', Buffer.from('right\0')),
    ]) {
      const step = handshake.password(message);
      expect(step.kind).toBe('refused');
      expect(step.kind === 'refused' && step.bytes.toString()).not.toContain('right');
    }
  });

  it('refuses other protocol versions and broken packets', () => {
    expect(() => start().startup(packet(131072))).toThrow('version 3');
    expect(() => start().startup(packet(196608, 'user'))).toThrow('terminator');
    expect(() => start().startup(packet(80877102))).toThrow('cancel');
  });
});
