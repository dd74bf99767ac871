import { type DatabaseConnection, EmbeddedDatabase, type EmbeddedDatabaseOptions } from './embedded-database';

export type TestDatabaseImageOptions = Pick<EmbeddedDatabaseOptions, 'searchPath'> & {
  /** Brings the empty database into the wanted state (migrations, seed rows) and closes its own connections. */
  readonly prepare: (connection: DatabaseConnection & { readonly url: string }) => Promise<void>;
};

/** Prepares a database once; `EmbeddedDatabase.start({ image })` starts a copy of it in a fraction of the time. */
export async function createTestDatabaseImage({
  prepare,
  ...options
}: TestDatabaseImageOptions): Promise<Uint8Array> {
  const database = await EmbeddedDatabase.start(options);
  try {
    await prepare({ ...database.connection, url: database.url });
    return await database.dump();
  } finally {
    await database.stop();
  }
}
