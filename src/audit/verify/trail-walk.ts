import { hashOfAddress, hashOfRow, type AuditRow } from '../trail/audit-row';
import type { Checkpoint } from '../checkpoints/checkpoint';
import type { TrailProblem, TrailProblemKind } from './trail-report';

/** Where a walk through a trail starts. */
export interface TrailStart {
  readonly firstSequence: bigint;
  readonly previousHash: string;
  /** Trusted statements about this trail. */
  readonly checkpoints: readonly Checkpoint[];
}

/** Checks the events of one trail, given one after the other, and says what is wrong with the first bad one. */
export class TrailWalk {
  events = 0;
  /** The last good event. */
  lastSequence: bigint;
  lastHash: string;
  #lastEventId: string | null = null;
  #agreedUpTo: bigint;
  readonly #checkpoints = new Map<string, Checkpoint[]>();

  constructor(private readonly start: TrailStart) {
    this.lastSequence = start.firstSequence - 1n;
    this.lastHash = start.previousHash;
    this.#agreedUpTo = this.lastSequence;
    for (const checkpoint of start.checkpoints) {
      const same = this.#checkpoints.get(checkpoint.sequence);
      if (same) same.push(checkpoint);
      else this.#checkpoints.set(checkpoint.sequence, [checkpoint]);
    }
  }

  /** Undefined when the event is good. */
  next(row: AuditRow): TrailProblem | undefined {
    const sequence = BigInt(row.sequence);
    const problem = this.#placeProblem(row, sequence) ?? contentProblem(row) ?? this.#linkProblem(row);
    if (problem) return problem;
    this.events += 1;
    this.lastSequence = sequence;
    this.lastHash = row.hash;
    this.#lastEventId = row.event_id;
    return this.#checkpointProblem(row, sequence);
  }

  /** After the last event: does the trail end where it should? */
  end(head: { readonly sequence: bigint; readonly hash: string }): TrailProblem | undefined {
    const furthest = this.start.checkpoints.reduce(
      (most, checkpoint) => (BigInt(checkpoint.sequence) > most ? BigInt(checkpoint.sequence) : most),
      head.sequence,
    );
    if (this.lastSequence < furthest) {
      const next = this.lastSequence + 1n;
      const witness =
        furthest > head.sequence
          ? `a signed checkpoint is about event ${furthest}`
          : `there were ${furthest}`;
      return problemAt('truncated', next, `The trail ends at event ${this.lastSequence}, but ${witness}.`);
    }
    if (this.lastHash === head.hash && this.lastSequence === head.sequence) return undefined;
    return {
      ...problemAt('replaced', this.lastSequence, 'The last event is not the one that was appended last.'),
      event_id: this.#lastEventId,
    };
  }

  #placeProblem(row: AuditRow, sequence: bigint): TrailProblem | undefined {
    const expected = this.lastSequence + 1n;
    if (sequence === expected) return undefined;
    if (sequence < expected) return problemOf(row, 'inserted', 'Nothing can stand before the first event.');
    return problemAt('deleted', expected, `Event ${expected} is not there, event ${sequence} is.`);
  }

  /** The event itself is as it was hashed, so the one before it is not the one it was appended to. */
  #linkProblem(row: AuditRow): TrailProblem | undefined {
    if (row.previous_hash === this.lastHash) return undefined;
    if (this.events === 0) return problemOf(row, 'replaced', 'The first event does not begin the trail.');
    const text = `Event ${row.sequence} was appended to another event ${this.lastSequence} than the one that is there.`;
    return { ...problemAt('replaced', this.lastSequence, text), event_id: this.#lastEventId };
  }

  #checkpointProblem(row: AuditRow, sequence: bigint): TrailProblem | undefined {
    const here = this.#checkpoints.get(row.sequence);
    if (!here) return undefined;
    if (here.every((checkpoint) => checkpoint.hash === row.hash)) {
      this.#agreedUpTo = sequence;
      return undefined;
    }
    const first = this.#agreedUpTo + 1n;
    const text = `A signed checkpoint has another hash for event ${sequence}: something in events ${first} to ${sequence} was replaced and all hashes after it recomputed.`;
    return { ...problemOf(row, 'rewritten', text), sequence: first.toString(), event_id: null };
  }
}

function contentProblem(row: AuditRow): TrailProblem | undefined {
  if (hashOfRow(row) !== row.hash)
    return problemOf(row, 'edited', `Event ${row.sequence} is not what was recorded.`);
  if (row.address === null) return undefined;
  const { address_salt: salt, address_hash: commitment } = row;
  if (salt !== null && hashOfAddress(salt, row.address) === commitment) return undefined;
  return problemOf(row, 'edited', `The address of event ${row.sequence} is not the one that was recorded.`);
}

function problemAt(kind: TrailProblemKind, sequence: bigint, explanation: string): TrailProblem {
  return { kind, sequence: sequence.toString(), event_id: null, explanation };
}

function problemOf(row: AuditRow, kind: TrailProblemKind, explanation: string): TrailProblem {
  return { kind, sequence: row.sequence, event_id: row.event_id, explanation };
}
