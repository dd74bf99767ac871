import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AccessChanges, type AccessChange } from '../access/access-changes';
import { AuthCaches } from './auth-caches';

/** Lets what this process remembers about keys, sessions and members hear of every change. */
@Injectable()
export class AuthInvalidation implements OnModuleInit {
  constructor(
    private readonly changes: AccessChanges,
    private readonly caches: AuthCaches,
  ) {}

  onModuleInit(): void {
    this.changes.inform(this.caches);
  }

  /** Call after the change is committed. */
  announce(change: AccessChange): Promise<void> {
    return this.changes.announce(change);
  }
}
