import { Injectable, type OnModuleInit } from '@nestjs/common';
import { TenancyBootstrap } from '../tenancy/tenancy-bootstrap';
import { ApiKeyAuthenticator } from './api-key-authenticator';
import { AuthConfig } from './auth.config';
import { BootstrapKey } from './bootstrap-key';
import { PepperCheck } from './pepper-check';
import { StaticKeyRegistry } from './static-key-registry';

/** What must exist before the first request, in this order: tenant, administrator, static keys, first key. */
@Injectable()
export class AuthBootstrap implements OnModuleInit {
  constructor(
    private readonly config: AuthConfig,
    private readonly tenancy: TenancyBootstrap,
    private readonly pepper: PepperCheck,
    private readonly staticKeys: StaticKeyRegistry,
    private readonly firstKey: BootstrapKey,
    private readonly authenticator: ApiKeyAuthenticator,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.pepper.run();
    const organization = await this.tenancy.ensure();
    await this.staticKeys.store();
    await this.firstKey.ensure(organization.id);
    await this.authenticator.warm(this.config.staticKeys.map(({ key }) => key.reveal()));
  }
}
