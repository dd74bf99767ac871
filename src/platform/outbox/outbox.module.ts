import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/clock';
import { NodeOutboxFiles } from './node-outbox-files';
import { Outbox } from './outbox';
import { OutboxFiles } from './outbox-files';
import { OutboxShipper } from './outbox-shipper';

/**
 * The outbox and its shipper. Whoever owns the records of a topic registers a consumer with the shipper, because
 * the platform knows nobody above it.
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
