import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LedgerRepository } from './ledger.repository';
import { UsageRecordEntity } from './usage-record.entity';
import { UsageProcessor } from './usage.processor';

/** The ledger and the processor that writes it; processes that run jobs need nothing else of the cost module. */
@Module({
  imports: [TypeOrmModule.forFeature([UsageRecordEntity])],
  providers: [LedgerRepository, UsageProcessor],
  exports: [LedgerRepository, UsageProcessor],
})
export class LedgerModule {}
