import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../config/secret';
import { connectionFromUrl, type DatabaseConnection } from './database-connection';

const NO_FILES = { caFile: undefined, clientCertFile: undefined, clientKeyFile: undefined };
const read = (url: string, files = {}): DatabaseConnection =>
  connectionFromUrl(new Secret(url), { ...NO_FILES, ...files });

describe('connectionFromUrl', () => {
  it('reads every part, escaped characters included', () => {
    expect(read('postgres://us%40er:p%2Fw@db.example.com:6432/mux')).toEqual({
      host: 'db.example.com',
      port: 6432,
      user: 'us@er',
      password: 'p/w',
      database: 'mux',
      tls: undefined,
    });
    expect(read('postgresql:///mux?host=/var/run/postgresql')).toMatchObject({
      host: '/var/run/postgresql',
      port: 5432,
    });
  });

  it('verifies the server whenever TLS is on, unless the URL says otherwise', () => {
    expect(read('postgres://db/x?sslmode=require').tls).toMatchObject({ rejectUnauthorized: true });
    expect(read('postgres://db/x?sslmode=no-verify').tls).toMatchObject({ rejectUnauthorized: false });
    expect(read('postgres://db/x?sslmode=disable').tls).toBeUndefined();
  });

  it('turns TLS on for a certificate file and does not let sslmode drop the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mm-tls-'));
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, 'the authority');

    const plain = read('postgres://db/x', { caFile });
    const required = read('postgres://db/x?sslmode=require', { caFile });
    rmSync(folder, { recursive: true });

    expect(plain.tls).toEqual({ rejectUnauthorized: true, ca: 'the authority' });
    expect(required.tls).toEqual(plain.tls);
  });
});
