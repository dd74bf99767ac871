import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import { NodeOutboxFiles } from './node-outbox-files';
import { Outbox } from './outbox';
import { OutboxFiles } from './outbox-files';
import { OutboxShipper } from './outbox-shipper';

/**
 * The outbox and its shipper. The shipper idles until the module that owns the ledger calls `start(consumer)`,
 * because the platform knows nobody above it.
 */
@Module({
  providers: [
    Outbox,
    OutboxShipper,
    { provide: OutboxFiles, useClass: NodeOutboxFiles },
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [Outbox, OutboxShipper],
})
export class OutboxModule {}
