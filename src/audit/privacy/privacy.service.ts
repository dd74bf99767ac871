import { Injectable } from '@nestjs/common';
import { AccessChanges } from '../../access/access-changes';
import { AppError } from '../../common/app-error';
import { MembershipRepository } from '../../tenancy/membership.repository';
import { AUDIT_ERRORS } from '../audit.errors';
import { Eraser, type ErasedRows } from './eraser';
import { ErasureRepository } from './erasure.repository';
import { PERSONAL_TABLES } from './personal-tables';
import { PersonalDataRepository, type DataSubject } from './personal-data.repository';

/** What became of a person. */
export interface ErasureReport {
  readonly pseudonym: string;
  readonly erased: ErasedRows;
  /** False when the user still belongs to another organization. */
  readonly accountDeleted: boolean;
}

/** Answers the requests of data subjects: everything about one user of one organization, to be exported or erased. */
@Injectable()
export class PrivacyService {
  constructor(
    private readonly data: PersonalDataRepository,
    private readonly erasures: ErasureRepository,
    private readonly eraser: Eraser,
    private readonly memberships: MembershipRepository,
    private readonly changes: AccessChanges,
  ) {}

  /** Throws 404 unless the organization has or had this user. */
  async requireKnown(subject: DataSubject): Promise<void> {
    if (await this.data.knows(subject)) return;
    throw new AppError(AUDIT_ERRORS.notFound, { public: 'There is no such user.', param: 'user_id' });
  }

  /** One JSON document, piece by piece, so that memory holds a page of it. */
  async *export(subject: DataSubject): AsyncGenerator<string> {
    const head = { organization_id: subject.organizationId, user_id: subject.userId };
    yield `${JSON.stringify(head).slice(0, -1)},"account":${await this.data.account(subject)},"data":{`;
    for (const [index, table] of PERSONAL_TABLES.entries()) {
      yield `${index === 0 ? '' : ','}"${table.table}":[`;
      yield* joined(this.data.rowsOf(table, subject));
      yield ']';
    }
    yield ',"audit_event":[';
    yield* joined(this.data.eventsOf(subject));
    yield ']}}';
  }

  /** Throws 409 for the last owner, whose organization would be left to nobody. */
  async erase(subject: DataSubject): Promise<ErasureReport> {
    const pseudonym = await this.data.pseudonymOf(subject);
    const keyIds = await this.data.keyIdsOf(subject);
    if (!(await this.memberships.remove(subject.organizationId, subject.userId)))
      throw new AppError(AUDIT_ERRORS.lastOwner, {
        public: 'This is the last owner. Make somebody else an owner first.',
      });
    // From here on it goes to its end: the upkeep finishes what this process does not.
    await this.erasures.begin(subject, pseudonym);
    const erased = await this.eraser.erase(subject, pseudonym);
    const accountDeleted = await this.data.eraseAccount(subject.userId);
    for (const apiKeyId of keyIds) await this.changes.announce({ apiKeyId });
    await this.changes.announce({ userId: subject.userId });
    return { pseudonym, erased, accountDeleted };
  }
}

async function* joined(pages: AsyncGenerator<readonly string[]>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield (isFirst ? '' : ',') + page.join(',');
    isFirst = false;
  }
}
