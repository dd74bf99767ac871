import { Module } from '@nestjs/common';
import { Encryption } from './encryption';

/** Encryption of what is stored. */
@Module({ providers: [Encryption], exports: [Encryption] })
export class EncryptionModule {}
