import { Module } from '@nestjs/common';
import { SecurityEventsModule } from '../../tenancy/security/security-events.module';
import { SecurityEventRecorder } from './security-event-recorder';

/** Brings noted security events to trail and metrics; in the API processes, which have the audit trail. */
@Module({ imports: [SecurityEventsModule], providers: [SecurityEventRecorder] })
export class SecurityRecorderModule {}
