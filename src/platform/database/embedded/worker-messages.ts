import type { ServerSettings } from './database-server';
import type { EmbeddedDatabaseErrorCode } from './embedded-database.errors';
import type { EngineOptions } from './postgres-engine';

/** What the thread is started for: create the files in a new folder and end, or serve them. */
export type WorkerTask =
  | { readonly kind: 'initialize'; readonly engine: EngineOptions }
  | { readonly kind: 'serve'; readonly engine: EngineOptions; readonly server: ServerSettings };

export type WorkerRequest = 'stop' | 'dump';

export type WorkerReply =
  | { readonly kind: 'initialized' | 'stopped' }
  | { readonly kind: 'serving'; readonly port: number }
  | { readonly kind: 'dumped'; readonly image: Uint8Array }
  | { readonly kind: 'failed'; readonly code: EmbeddedDatabaseErrorCode; readonly message: string };
