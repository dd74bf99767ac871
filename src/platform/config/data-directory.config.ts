import { Setting } from './setting';
import { text } from './setting-types';

/** Where a process keeps its own files: the embedded database and, unless moved, the outbox spool. */
export class DataDirectoryConfig {
  static readonly section = 'Data directory';

  @Setting({
    env: 'MODELMUXER_DATA_DIR',
    type: text(),
    default: '.modelmuxer',
    describe:
      'Folder for files this installation keeps on disk (embedded database, outbox). Put it on a disk that survives a restart.',
    example: '/var/lib/modelmuxer',
  })
  readonly dataDir: string;
}
