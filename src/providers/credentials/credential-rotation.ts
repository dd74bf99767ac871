import { Injectable } from '@nestjs/common';
import { CredentialSealer } from './credential-sealer';
import { ProviderCredentialRepository } from './provider-credential.repository';

/** What became of the stored keys. */
export interface RotationOutcome {
  readonly total: number;
  /** Written anew with the current encryption key. */
  rotated: number;
  /** Encrypted with the current key already. */
  current: number;
  /** Replaced or deleted by somebody else meanwhile; nothing is lost. */
  changed: number;
  /** No key at hand opens them. */
  unreadable: number;
}

/** Writes every stored key anew with the first key of ENCRYPTION_KEYS. Can be repeated and interrupted at any moment. */
@Injectable()
export class CredentialRotation {
  constructor(
    private readonly repository: ProviderCredentialRepository,
    private readonly sealer: CredentialSealer,
  ) {}

  async run(onProgress: (done: number, total: number) => void): Promise<RotationOutcome> {
    const rows = await this.repository.listAll();
    const outcome: RotationOutcome = {
      total: rows.length,
      rotated: 0,
      current: 0,
      changed: 0,
      unreadable: 0,
    };
    for (const [index, row] of rows.entries()) {
      if (row.keyId === this.sealer.currentKeyId) outcome.current += 1;
      else outcome[await this.reseal(row)] += 1;
      onProgress(index + 1, rows.length);
    }
    return outcome;
  }

  private async reseal(
    row: Awaited<ReturnType<ProviderCredentialRepository['listAll']>>[number],
  ): Promise<'rotated' | 'changed' | 'unreadable'> {
    const apiKey = this.sealer.open(row);
    if (apiKey === undefined) return 'unreadable';
    const { keyId, text } = this.sealer.seal(row, apiKey);
    return (await this.repository.reseal(row, { keyId, sealed: text })) ? 'rotated' : 'changed';
  }
}
