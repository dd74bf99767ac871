import { appendLines } from '../append-lines';
import type { ExportDestination, ExportedEvent } from './export-destination';

/** A file of JSON lines, flushed to disk after each batch. */
export class FileDestination implements ExportDestination {
  readonly name = 'file';

  constructor(private readonly path: string) {}

  async send(events: readonly ExportedEvent[]): Promise<void> {
    await appendLines(this.path, events);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
