import { Module } from '@nestjs/common';
import { HttpClientModule } from '../platform/http/http-client.module';
import { AnchorPublisher } from './anchors/anchor-publisher';
import { CheckpointUpkeep } from './checkpoints/checkpoint-upkeep';
import { AuditExportConfig } from './export/audit-export.config';
import { AuditExporter, CONFIGURED_DESTINATIONS } from './export/audit-exporter';
import { configuredDestinations } from './export/configured-destinations';
import { AuditRetention } from './privacy/audit-retention';
import { PrivacyUpkeep } from './privacy/privacy-upkeep';
import { SignedPost } from './signed-post';
import { AuditProcessor } from './trail/audit.processor';
import { AuditTrailModule } from './trail/audit-trail.module';

const destinations = {
  provide: CONFIGURED_DESTINATIONS,
  inject: [AuditExportConfig, SignedPost],
  useFactory: configuredDestinations,
};

/** What processes that run jobs do for the audit trail. */
@Module({
  imports: [AuditTrailModule, HttpClientModule],
  providers: [
    AuditProcessor,
    AnchorPublisher,
    CheckpointUpkeep,
    SignedPost,
    AuditExporter,
    destinations,
    AuditRetention,
    PrivacyUpkeep,
  ],
  exports: [AuditProcessor],
})
export class AuditJobsModule {}
