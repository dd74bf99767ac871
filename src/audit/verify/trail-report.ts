/** What is wrong with a trail. */
export type TrailProblemKind =
  /** The content of the event is not what was hashed. */
  | 'edited'
  /** The event stood at another place when it was hashed. */
  | 'moved'
  /** The event is not there, later ones are. */
  | 'deleted'
  /** The event and all later ones are not there. */
  | 'truncated'
  /** The event was replaced by another one, hashes included. */
  | 'replaced'
  /** Events up to this one were replaced, hashes included, since the last checkpoint that still agrees. */
  | 'rewritten'
  /** The event stands where none can be. */
  | 'inserted'
  /** The pseudonym is said to be somebody it is not. */
  | 'subject'
  /** The record of where the chain begins or ends is missing or wrong. */
  | 'chain';

/** The first thing found. */
export interface TrailProblem {
  readonly kind: TrailProblemKind;
  /** Number of the first bad event; null for `subject`. */
  readonly sequence: string | null;
  readonly event_id: string | null;
  readonly explanation: string;
}

/** The result of checking one organization's trail. */
export interface TrailReport {
  readonly organization_id: string;
  readonly intact: boolean;
  readonly problem: TrailProblem | null;
  /** Events checked; all of them when the trail is intact. */
  readonly events: number;
  readonly first_sequence: string;
  readonly last_sequence: string;
  /** Checkpoints whose key we trust, found in the database and in anchors. */
  readonly checkpoints: number;
  readonly anchors: number;
  /** Checkpoints that do not count: signed by an unknown key, or with a wrong signature. */
  readonly ignored_checkpoints: number;
}
