import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SecurityEventEntity } from './security-event.entity';
import { SecurityEventStore } from './security-event-store';

/** Where unusual activity is noted. */
@Module({
  imports: [TypeOrmModule.forFeature([SecurityEventEntity])],
  providers: [SecurityEventStore],
  exports: [SecurityEventStore],
})
export class SecurityEventsModule {}
