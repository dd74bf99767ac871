import { Module } from '@nestjs/common';
import { RecordsController } from './records.controller';
import { RecordsQuery } from './records.query';

/** Read-only views over the ledger. */
@Module({ controllers: [RecordsController], providers: [RecordsQuery] })
export class AnalyticsModule {}
