import { Injectable } from '@nestjs/common';
import { PERSONAL_TABLES } from './personal-tables';
import { PersonalDataRepository, type DataSubject } from './personal-data.repository';

/** How many rows of each table were deleted or now name a pseudonym. */
export type ErasedRows = Readonly<Record<string, number>>;

/** Erases what the tables say about a person, and the person from the trail. Repeating it finds what came late. */
@Injectable()
export class Eraser {
  constructor(private readonly data: PersonalDataRepository) {}

  async erase(subject: DataSubject, pseudonym: string): Promise<ErasedRows> {
    const erased: Record<string, number> = {};
    for (const table of PERSONAL_TABLES) {
      if (table.erase !== 'cascade') erased[table.table] = await this.data.erase(table, subject, pseudonym);
    }
    erased['audit_event'] = await this.data.eraseFromTrail(subject);
    return erased;
  }
}
