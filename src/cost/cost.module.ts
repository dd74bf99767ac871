import { Module } from '@nestjs/common';
import { OutboxModule } from '../platform/outbox/outbox.module';
import { QueueModule } from '../platform/queue/queue.module';
import { QuotaModule } from '../quota/quota.module';
import { BudgetAdmission } from './holds/budget-admission';
import { CounterLoader } from './holds/counter-loader';
import { HoldKeeper } from './holds/hold-keeper';
import { LedgerModule } from './ledger/ledger.module';
import { UsageJournal } from './ledger/usage-journal';
import { UsageOutboxConsumer } from './ledger/usage-outbox-consumer';
import { UsageShipping } from './ledger/usage-shipping';

/** Money: admission in front of every call that costs, and the way of its usage into the ledger. */
@Module({
  imports: [QuotaModule, OutboxModule, QueueModule, LedgerModule],
  providers: [BudgetAdmission, CounterLoader, HoldKeeper, UsageJournal, UsageOutboxConsumer, UsageShipping],
  exports: [BudgetAdmission, UsageJournal],
})
export class CostModule {}
