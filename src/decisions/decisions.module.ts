import { Module } from '@nestjs/common';
import { OutboxModule } from '../platform/outbox/outbox.module';
import { QueueModule } from '../platform/queue/queue.module';
import { DecisionJournal } from './store/decision-journal';
import { DecisionOutboxConsumer } from './store/decision-outbox-consumer';
import { DecisionStoreModule } from './store/decision-store.module';

/** Routing decisions: how they are noted and where they are kept. */
@Module({
  imports: [OutboxModule, QueueModule, DecisionStoreModule],
  providers: [DecisionJournal, DecisionOutboxConsumer],
  exports: [DecisionJournal, DecisionStoreModule],
})
export class DecisionsModule {}
