import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock';
import { OutboxModule } from '../platform/outbox/outbox.module';
import { QueueModule } from '../platform/queue/queue.module';
import { OutcomeOutboxConsumer } from './outcomes/outcome-outbox-consumer';
import { OutcomeTally } from './outcomes/outcome-tally';
import { LearningModule } from './learning/learning.module';
import { TrainedRoutersModule } from './routers/trained-routers.module';
import { SteeringModule } from './steering/steering.module';
import { DecisionJournal } from './store/decision-journal';
import { DecisionOutboxConsumer } from './store/decision-outbox-consumer';
import { DecisionStoreModule } from './store/decision-store.module';

/** Routing decisions: how they are noted and where they are kept. */
@Module({
  imports: [
    OutboxModule,
    QueueModule,
    DecisionStoreModule,
    SteeringModule,
    TrainedRoutersModule,
    LearningModule,
  ],
  providers: [
    DecisionJournal,
    DecisionOutboxConsumer,
    OutcomeTally,
    OutcomeOutboxConsumer,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [DecisionJournal, OutcomeTally, DecisionStoreModule, SteeringModule, TrainedRoutersModule],
})
export class DecisionsModule {}
