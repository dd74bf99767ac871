import 'reflect-metadata';
import { SystemClock } from '../../../src/common/clock';
import { newId } from '../../../src/common/ids';
import { DataDirectoryConfig } from '../../../src/platform/config/data-directory.config';
import { NodeOutboxFiles } from '../../../src/platform/outbox/node-outbox-files';
import { Outbox } from '../../../src/platform/outbox/outbox';
import { OutboxConfig } from '../../../src/platform/outbox/outbox.config';

const CALLS_AT_ONCE = 40;

/**
 * Notes calls without end and prints what was acknowledged, until it is killed. Printing to a pipe is
 * synchronous, so nothing acknowledged is missing from the output.
 */
async function main(spoolDir: string): Promise<void> {
  const config = Object.assign(new OutboxConfig(), { spoolDir, maxMb: 256, segmentMb: 0.05 });
  const outbox = new Outbox(config, new DataDirectoryConfig(), new NodeOutboxFiles(), new SystemClock());
  await outbox.start();
  const callForever = async (): Promise<never> => {
    for (;;) {
      const id = newId('att');
      await outbox.append({ topic: 'usage', kind: 'intent', id, payload: { model: 'm' } });
      process.stdout.write(`intent ${id}\n`);
      const eventId = newId('evt');
      await outbox.append({ topic: 'audit', kind: 'event', id: eventId, payload: { action: 'x' } });
      process.stdout.write(`event ${eventId}\n`);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
      await outbox.append({
        topic: 'usage',
        kind: 'outcome',
        id,
        payload: { text: 'y'.repeat(Math.random() * 900) },
      });
      process.stdout.write(`outcome ${id}\n`);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, callForever));
}

void main(process.argv[2] ?? '');
