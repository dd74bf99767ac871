import { Global, Module } from '@nestjs/common';
import { AuditLog } from '../access/audit-log';
import { LoggedAuditLog } from './logged-audit-log';

/** The audit trail; global, because every module has something to record. */
@Global()
@Module({
  providers: [{ provide: AuditLog, useClass: LoggedAuditLog }],
  exports: [AuditLog],
})
export class AuditModule {}
