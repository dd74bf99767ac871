import { Module } from '@nestjs/common';
import { QueueModule } from '../../platform/queue/queue.module';
import { SecurityEventsModule } from '../../tenancy/security/security-events.module';
import { SecurityEventRecorder } from './security-event-recorder';

/** Brings noted security events to trail, metrics and alerts; in the API processes, which have the audit trail. */
@Module({ imports: [SecurityEventsModule, QueueModule], providers: [SecurityEventRecorder] })
export class SecurityRecorderModule {}
