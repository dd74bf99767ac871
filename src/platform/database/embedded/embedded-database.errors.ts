export type EmbeddedDatabaseErrorCode =
  'pglite_missing' | 'data_folder_locked' | 'start_failed' | 'engine_failed' | 'stopped';

/** A failure of the embedded database itself (not of a statement); the message says what the operator can do. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError';

  constructor(
    readonly code: EmbeddedDatabaseErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
