import { Module } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock';
import { CatalogModule } from '../catalog/catalog.module';
import { CostModule } from '../cost/cost.module';
import { AdviceController } from './advice.controller';
import { AlertRepository } from './alerts/alert.repository';
import { AlertsController } from './alerts/alerts.controller';
import { AnalyticsController } from './analytics.controller';
import { CapacityService } from './capacity/capacity.service';
import { CostsService } from './costs/costs.service';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { LedgerExport } from './export/ledger-export';
import { LatencyQuery } from './latency/latency.query';
import { ReconcileController } from './reconcile/reconcile.controller';
import { RepeatedQuestionsQuery } from './recommendations/repeated-questions.query';
import { RecommendationsService } from './recommendations/recommendations.service';
import { WasteQuery } from './recommendations/waste.query';
import { RecordsController } from './records.controller';
import { RecordsQuery } from './records.query';
import { ExpensiveQuery } from './requests/expensive.query';
import { RollupQuery } from './rollup.query';
import { RoutingAnalyticsService } from './routing/routing-analytics.service';
import { SummaryController } from './summary/summary.controller';
import { TenantSummaryService } from './summary/tenant-summary.service';
import { UserStatsService } from './summary/user-stats.service';

/** Read-only views over the ledger. */
@Module({
  imports: [CostModule, CatalogModule],
  controllers: [
    AlertsController,
    RecordsController,
    AnalyticsController,
    AdviceController,
    DeadLettersController,
    ReconcileController,
    SummaryController,
  ],
  providers: [
    AlertRepository,
    RecordsQuery,
    RollupQuery,
    LatencyQuery,
    ExpensiveQuery,
    LedgerExport,
    CostsService,
    CapacityService,
    RecommendationsService,
    WasteQuery,
    RepeatedQuestionsQuery,
    RoutingAnalyticsService,
    TenantSummaryService,
    UserStatsService,
    { provide: Clock, useClass: SystemClock },
  ],
})
export class AnalyticsModule {}
