import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { OutboxModule } from '../platform/outbox/outbox.module';
import { PubSubModule } from '../platform/pub-sub/pub-sub.module';
import { QueueModule } from '../platform/queue/queue.module';
import { ReplicasModule } from '../platform/replicas/replicas.module';
import { QuotaModule } from '../quota/quota.module';
import { BudgetBook } from './budgets/budget-book';
import { BudgetEntity } from './budgets/budget.entity';
import { BudgetListing } from './budgets/budget-listing';
import { BudgetManager } from './budgets/budget-manager';
import { BudgetOpening } from './budgets/budget-opening';
import { BudgetReports } from './budgets/budget-reports';
import { BudgetRepository } from './budgets/budget.repository';
import { KeyBudgetsQuery } from './budgets/key-budgets.query';
import { CallerBudgets } from './budgets/caller-budgets';
import { LedgerCounters } from './budgets/ledger-counters';
import { BudgetAdmission } from './holds/budget-admission';
import { CounterLoader } from './rebuild/counter-loader';
import { DriftWatch } from './rebuild/drift-watch';
import { RebuildExchange } from './rebuild/rebuild-exchange';
import { ReplicaContribution } from './rebuild/replica-contribution';
import { ExpiredHolds } from './holds/expired-holds';
import { HoldKeeper } from './holds/hold-keeper';
import { HoldTaker } from './holds/hold-taker';
import { RefusalReporter } from './holds/refusal-reporter';
import { RoomQueue } from './holds/room-queue';
import { LeaseBook } from './leases/lease-book';
import { LeaseEntity } from './leases/lease.entity';
import { LeaseKeeper } from './leases/lease-keeper';
import { LeaseLender } from './leases/lease-lender';
import { LeaseRecall } from './leases/lease-recall';
import { LeaseRecords } from './leases/lease-records';
import { OwnerlessLeases } from './leases/ownerless-leases';
import { LedgerModule } from './ledger/ledger.module';
import { RequestJournal } from './ledger/request-journal';
import { RequestOutboxConsumer } from './ledger/request-outbox-consumer';
import { SpendingQuery } from './ledger/spending.query';
import { UsageJournal } from './ledger/usage-journal';
import { UsageOutboxConsumer } from './ledger/usage-outbox-consumer';
import { UsageShipping } from './ledger/usage-shipping';

/** Money: admission in front of every call that costs, and the way of its usage into the ledger. */
@Module({
  imports: [
    TypeOrmModule.forFeature([BudgetEntity, LeaseEntity]),
    QuotaModule,
    OutboxModule,
    QueueModule,
    PubSubModule,
    ReplicasModule,
    LedgerModule,
  ],
  providers: [
    BudgetRepository,
    KeyBudgetsQuery,
    BudgetBook,
    BudgetListing,
    BudgetManager,
    BudgetOpening,
    BudgetReports,
    CallerBudgets,
    LedgerCounters,
    SpendingQuery,
    BudgetAdmission,
    CounterLoader,
    DriftWatch,
    RebuildExchange,
    ReplicaContribution,
    HoldKeeper,
    ExpiredHolds,
    HoldTaker,
    LeaseBook,
    LeaseKeeper,
    LeaseLender,
    LeaseRecall,
    LeaseRecords,
    OwnerlessLeases,
    RoomQueue,
    RefusalReporter,
    UsageJournal,
    RequestJournal,
    RequestOutboxConsumer,
    UsageOutboxConsumer,
    UsageShipping,
  ],
  exports: [
    LedgerModule,
    BudgetAdmission,
    BudgetListing,
    BudgetManager,
    BudgetReports,
    CallerBudgets,
    RequestJournal,
    UsageJournal,
  ],
})
export class CostModule {}
