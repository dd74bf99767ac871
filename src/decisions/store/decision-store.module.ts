import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock, SystemClock } from '../../common/clock';
import { FeedbackRepository } from '../feedback/feedback.repository';
import { RoutingFeedbackEntity } from '../feedback/routing-feedback.entity';
import { AnswerOutcomeEntity } from '../outcomes/answer-outcome.entity';
import { OutcomeBatchEntity } from '../outcomes/outcome-batch.entity';
import { OutcomeRepository } from '../outcomes/outcome.repository';
import { RoutingOutcomeEntity } from '../outcomes/routing-outcome.entity';
import { DecisionProcessor } from './decision.processor';
import { DecisionRepository } from './decision.repository';
import { DecisionRetention } from './decision-retention';
import { RoutingDecisionEntity } from './routing-decision.entity';
import { RoutingVersionEntity } from './routing-version.entity';
import { RoutingVersionRepository } from './routing-version.repository';

/** The tables of decisions and the processor that writes them; all that a worker needs. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      RoutingDecisionEntity,
      RoutingVersionEntity,
      RoutingOutcomeEntity,
      OutcomeBatchEntity,
      AnswerOutcomeEntity,
      RoutingFeedbackEntity,
    ]),
  ],
  providers: [
    DecisionRepository,
    RoutingVersionRepository,
    OutcomeRepository,
    FeedbackRepository,
    DecisionProcessor,
    DecisionRetention,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [
    DecisionRepository,
    RoutingVersionRepository,
    OutcomeRepository,
    FeedbackRepository,
    DecisionProcessor,
  ],
})
export class DecisionStoreModule {}
