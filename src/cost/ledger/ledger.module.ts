import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LedgerRepository } from './ledger.repository';
import { LedgerUpkeep } from './ledger-upkeep';
import { RollupZones } from './rollup-zones';
import { UsageRecordEntity } from './usage-record.entity';
import { UsageProcessor } from './usage.processor';

/** The ledger and the processor that writes it; processes that run jobs need nothing else of the cost module. */
@Module({
  imports: [TypeOrmModule.forFeature([UsageRecordEntity])],
  providers: [LedgerRepository, UsageProcessor, LedgerUpkeep, RollupZones],
  exports: [LedgerRepository, UsageProcessor, LedgerUpkeep, RollupZones],
})
export class LedgerModule {}
