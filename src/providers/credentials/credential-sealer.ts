import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import { Encryption } from '../../platform/encryption/encryption';
import type { Sealed } from '../../platform/encryption/key-ring';
import { CREDENTIAL_ERRORS } from './credentials.errors';
import type { ProviderCredentialEntity } from './provider-credential.entity';

type Owner = Pick<ProviderCredentialEntity, 'id' | 'organizationId' | 'provider'>;

/** Encrypts keys of providers so that a row means nothing in another place. */
@Injectable()
export class CredentialSealer {
  constructor(private readonly encryption: Encryption) {}

  /** Name of the key new rows are written with; undefined when nothing can be stored. */
  get currentKeyId(): string | undefined {
    return this.encryption.keyRing?.currentKeyId;
  }

  /** Fails with 409 when there is no key to encrypt with. */
  seal(owner: Owner, apiKey: string): Sealed {
    const { keyRing } = this.encryption;
    if (keyRing === undefined) {
      throw new AppError(CREDENTIAL_ERRORS.noEncryption, {
        public: 'This installation stores no credentials: its operator has not set ENCRYPTION_KEYS.',
      });
    }
    return keyRing.seal(apiKey, placeOf(owner));
  }

  open(row: Owner & Pick<ProviderCredentialEntity, 'keyId' | 'sealed'>): string | undefined {
    return this.encryption.keyRing?.open({ keyId: row.keyId, text: row.sealed }, placeOf(row));
  }
}

function placeOf({ id, organizationId, provider }: Owner): string {
  return `provider_credential ${id} ${organizationId} ${provider}`;
}
