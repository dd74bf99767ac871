import { Module } from '@nestjs/common';
import { PubSubModule } from '../platform/pub-sub/pub-sub.module';
import { AccessChanges } from './access-changes';

/** News about rights, for the modules that change them and those that remember them. */
@Module({
  imports: [PubSubModule],
  providers: [AccessChanges],
  exports: [AccessChanges],
})
export class AccessModule {}
