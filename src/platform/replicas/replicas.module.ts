import { Module } from '@nestjs/common';
import { PubSubModule } from '../pub-sub/pub-sub.module';
import { ReplicaRoster } from './replica-roster';

/** Which processes serve requests. */
@Module({ imports: [PubSubModule], providers: [ReplicaRoster], exports: [ReplicaRoster] })
export class ReplicasModule {}
