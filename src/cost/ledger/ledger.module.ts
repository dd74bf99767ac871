import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeadLetterEntity } from './dead-letter.entity';
import { DeadLetterRepository } from './dead-letter.repository';
import { ExpiredHoldRows } from './expired-hold-rows';
import { LedgerRepository } from './ledger.repository';
import { LedgerUpkeep } from './ledger-upkeep';
import { Reconciliation } from './reconciliation';
import { RequestProcessor } from './request.processor';
import { RequestRepository } from './request.repository';
import { RollupZones } from './rollup-zones';
import { UsageRecordEntity } from './usage-record.entity';
import { UsageProcessor } from './usage.processor';

/** The ledger and the processors that write it; processes that run jobs need nothing else of the cost module. */
@Module({
  imports: [TypeOrmModule.forFeature([UsageRecordEntity, DeadLetterEntity])],
  providers: [
    LedgerRepository,
    DeadLetterRepository,
    RequestRepository,
    Reconciliation,
    ExpiredHoldRows,
    UsageProcessor,
    RequestProcessor,
    LedgerUpkeep,
    RollupZones,
  ],
  exports: [
    LedgerRepository,
    DeadLetterRepository,
    RequestRepository,
    Reconciliation,
    ExpiredHoldRows,
    UsageProcessor,
    RequestProcessor,
    LedgerUpkeep,
    RollupZones,
  ],
})
export class LedgerModule {}
