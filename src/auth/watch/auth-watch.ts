import { Injectable } from '@nestjs/common';
import type { Caller } from '../../access/caller';
import { KeyPlaces, type RequestPlace } from './key-places';
import { RefusalJournal } from './refusal-journal';

/** What the authentication guard tells those who watch for unusual things. Cheap; never fails. */
@Injectable()
export class AuthWatch {
  constructor(
    private readonly refusals: RefusalJournal,
    private readonly places: KeyPlaces,
  ) {}

  accepted(caller: Caller, request: RequestPlace): void {
    this.places.observe(caller, request);
  }

  refused(reason: string, address: string | undefined): void {
    this.refusals.note({ action: 'auth.refuse', reason, address });
  }
}
