import 'reflect-metadata';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../../src/platform/config/config.module';
import { DataDirectoryConfig } from '../../../src/platform/config/data-directory.config';
import { loadConfig } from '../../../src/platform/config/load-config';
import { Outbox } from '../../../src/platform/outbox/outbox';
import { OutboxShipper } from '../../../src/platform/outbox/outbox-shipper';
import { OutboxConfig } from '../../../src/platform/outbox/outbox.config';
import { OUTBOX_TOPICS } from '../../../src/platform/outbox/outbox-topics';
import { OutboxModule } from '../../../src/platform/outbox/outbox.module';
import { FakeLedger, intent, outcome, OutboxKit } from './outbox-kit';

const kit = new OutboxKit();
const ledger = new FakeLedger();

/** Wired as the module that owns the ledger does it. */
@Module({ imports: [OutboxModule] })
class LedgerOwnerModule implements OnModuleInit {
  constructor(private readonly shipper: OutboxShipper) {}

  onModuleInit(): void {
    for (const topic of OUTBOX_TOPICS)
      this.shipper.register(topic, topic === 'usage' ? ledger : new FakeLedger());
  }
}

describe('the outbox module', () => {
  beforeEach(() => kit.open());
  afterEach(() => kit.close());

  it('has everything in the ledger and nothing left on disk after an orderly shutdown', async () => {
    const classes = [OutboxConfig, DataDirectoryConfig];
    const config = loadConfig(classes, {
      MODELMUXER_DATA_DIR: kit.spoolDir,
      OUTBOX_SHIP_INTERVAL_MS: '60000',
    });
    @Module({ imports: [ConfigModule.forRoot(classes, config), LedgerOwnerModule] })
    class RootModule {}
    const app = await NestFactory.createApplicationContext(RootModule);
    await app.get(Outbox).append(intent('att_1'));
    await app.get(Outbox).append(outcome('att_1'));
    expect(await readdir(join(kit.spoolDir, 'spool'))).toHaveLength(1);
    expect(ledger.recorded.size).toBe(0);

    await app.close();

    expect([...ledger.recorded.keys()]).toEqual(['att_1']);
    expect(await readdir(join(kit.spoolDir, 'spool'))).toEqual([]);
  });
});
