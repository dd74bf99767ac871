import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock, SystemClock } from '../../common/clock';
import { AuditCheckpointEntity } from '../checkpoints/audit-checkpoint.entity';
import { AuditKeys } from '../checkpoints/audit-keys';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';
import { AuditExportDeadLetterEntity } from '../export/audit-export-dead-letter.entity';
import { AuditExportLeaseEntity } from '../export/audit-export-lease.entity';
import { AuditExportEntity } from '../export/audit-export.entity';
import { ExportRepository } from '../export/export.repository';
import { Eraser } from '../privacy/eraser';
import { ErasureRepository } from '../privacy/erasure.repository';
import { PersonalDataRepository } from '../privacy/personal-data.repository';
import { PrivacyErasureEntity } from '../privacy/privacy-erasure.entity';
import { AuditChainEntity } from './audit-chain.entity';
import { AuditEventEntity } from './audit-event.entity';
import { AuditSubjectEntity } from './audit-subject.entity';
import { AuditTrailRepository } from './audit-trail.repository';

/** The trail and its checkpoints, as both the API and the processes that run jobs need them. */
@Module({
  imports: [
    TypeOrmModule.forFeature([
      AuditChainEntity,
      AuditEventEntity,
      AuditSubjectEntity,
      AuditCheckpointEntity,
      AuditExportEntity,
      AuditExportLeaseEntity,
      AuditExportDeadLetterEntity,
      PrivacyErasureEntity,
    ]),
  ],
  providers: [
    AuditTrailRepository,
    AuditKeys,
    CheckpointRepository,
    ExportRepository,
    PersonalDataRepository,
    ErasureRepository,
    Eraser,
    { provide: Clock, useClass: SystemClock },
  ],
  exports: [
    AuditTrailRepository,
    AuditKeys,
    CheckpointRepository,
    ExportRepository,
    PersonalDataRepository,
    ErasureRepository,
    Eraser,
    Clock,
  ],
})
export class AuditTrailModule {}
