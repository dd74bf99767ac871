import { Module } from '@nestjs/common';
import { LifecycleState } from './lifecycle-state';

@Module({ providers: [LifecycleState], exports: [LifecycleState] })
export class LifecycleModule {}
