import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { AppError } from '../common/app-error';
import { MembershipEntity } from './membership.entity';
import { OrganizationEntity } from './organization.entity';
import { PasswordHasher } from './password-hasher';
import { PASSWORD_ERRORS } from './password.errors';
import { UserEntity } from './user.entity';

/** A password nobody has: what a wrong e-mail is checked against, so that it takes as long as a right one. */
const NOBODYS_PASSWORD = 'no account has this password';

/** What came of an attempt. `userId` of a refusal says whose account was tried, for the records; never tell the client. */
export interface PasswordCheck {
  readonly ok: boolean;
  readonly userId: string | undefined;
}

/** Users who log in with e-mail and password. */
@Injectable()
export class PasswordAccounts {
  #decoy: Promise<string> | undefined;

  constructor(
    @InjectRepository(UserEntity) private readonly users: Repository<UserEntity>,
    @InjectRepository(MembershipEntity) private readonly memberships: Repository<MembershipEntity>,
    private readonly hasher: PasswordHasher,
  ) {}

  /** One password is computed whether the account exists, has a password, or not. */
  async check(email: string, password: string): Promise<PasswordCheck> {
    const user = await this.users.findOne({
      where: { email: email.toLowerCase() },
      select: { id: true, passwordHash: true },
    });
    const stored = user?.passwordHash ?? undefined;
    const matches = await this.hasher.verify(password, stored ?? (await this.decoy()));
    return { ok: matches && stored !== undefined, userId: user?.id };
  }

  /** False when the current password is wrong; 400 when the new one is the e-mail or the old one again. */
  async change(userId: string, current: string, next: string): Promise<boolean> {
    const user = await this.users.findOne({
      where: { id: userId },
      select: { id: true, email: true, passwordHash: true },
    });
    const stored = user?.passwordHash ?? undefined;
    const matches = await this.hasher.verify(current, stored ?? (await this.decoy()));
    if (!matches || stored === undefined) return false;
    if (next === current || next.toLowerCase() === user?.email) {
      throw new AppError(PASSWORD_ERRORS.validation, {
        public: 'The new password must differ from the old one and from the e-mail.',
        param: 'new_password',
      });
    }
    await this.users.update({ id: userId }, { passwordHash: await this.hasher.hash(next) });
    return true;
  }

  /**
   * The organization a user logs in to: the one named by id or slug, else the one they have belonged to longest.
   * Undefined when they do not belong to it.
   */
  async homeOf(userId: string, organization: string | undefined): Promise<string | undefined> {
    const found = await this.memberships
      .createQueryBuilder('membership')
      .innerJoin(OrganizationEntity, 'organization', 'organization.id = membership.organization_id')
      .select('organization.id', 'id')
      .where('membership.user_id = :userId', { userId })
      .andWhere(
        organization === undefined
          ? 'TRUE'
          : '(organization.id = :organization OR organization.slug = :organization)',
        {
          organization,
        },
      )
      .orderBy('membership.created_at')
      .addOrderBy('organization.id')
      .limit(1)
      .getRawOne<{ id: string }>();
    return found?.id;
  }

  private decoy(): Promise<string> {
    this.#decoy ??= this.hasher.hash(NOBODYS_PASSWORD).catch((error: unknown) => {
      this.#decoy = undefined;
      throw error;
    });
    return this.#decoy;
  }
}
