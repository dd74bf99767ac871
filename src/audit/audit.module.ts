import { Global, Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module';
import { AuditLog } from '../access/audit-log';
import { OutboxModule } from '../platform/outbox/outbox.module';
import { QueueModule } from '../platform/queue/queue.module';
import { AuditController } from './api/audit.controller';
import { AuditExportsController } from './api/audit-exports.controller';
import { AuditEventsQuery } from './api/audit-events.query';
import { AuditOutboxConsumer } from './audit-outbox-consumer';
import { OutboxAuditLog } from './outbox-audit-log';
import { PrivacyController } from './privacy/privacy.controller';
import { PrivacyService } from './privacy/privacy.service';
import { RepeatedEvents } from './repeated-events';
import { AuditTrailModule } from './trail/audit-trail.module';
import { TenancyModule } from '../tenancy/tenancy.module';
import { TrailCheck } from './verify/trail-check';
import { TrailVerifier } from './verify/trail-verifier';

/** The audit trail; global, because every module has something to record. */
@Global()
@Module({
  imports: [OutboxModule, QueueModule, AuditTrailModule, TenancyModule, AccessModule],
  controllers: [AuditController, AuditExportsController, PrivacyController],
  providers: [
    { provide: AuditLog, useClass: OutboxAuditLog },
    AuditOutboxConsumer,
    AuditEventsQuery,
    TrailVerifier,
    TrailCheck,
    RepeatedEvents,
    PrivacyService,
  ],
  exports: [AuditLog, RepeatedEvents],
})
export class AuditModule {}
