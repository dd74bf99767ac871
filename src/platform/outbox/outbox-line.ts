import type { JsonObject } from '../../common/json';
import type { OutboxTopic } from './outbox-topics';

/**
 * `intent` and `outcome` share an id and stand before and after something that may cost money; an `event` stands
 * alone. Outcomes and events are delivered; an intent is not, it only asks for an outcome.
 */
export type OutboxLineKind = 'intent' | 'outcome' | 'event';

/** One durable note as it is read back. Payloads contain no prompt, answer or secret. */
export interface OutboxLine {
  /** A file may come from a version with topics this one does not know; such lines stay where they are. */
  readonly topic: string;
  readonly kind: OutboxLineKind;
  /** Unique in its topic, but for an intent and its outcome; delivery is idempotent by it. */
  readonly id: string;
  readonly payload: JsonObject;
}

/** A line to be written. */
export interface NewOutboxLine extends OutboxLine {
  readonly topic: OutboxTopic;
}

/** What a topic is delivered to, in the module that owns the records. */
export interface OutboxConsumer {
  /** Hands lines on (to a queue), idempotent by id; rejects when they were not taken. */
  ship(lines: readonly OutboxLine[]): Promise<void>;
  /** Which of these ids have reached their table by now. A file is deleted only when all of its ids have. */
  findRecorded(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * For topics with intents: the outcome to book for a call whose process died before noting one; undefined when
   * the call was certainly never sent. Without this method such an intent is forgotten.
   */
  outcomeOfOrphan?(intent: OutboxLine): OutboxLine | undefined;
  /** Called once per folder of a dead process that holds lines of the topic. */
  beginAdoption?(): AdoptedLines;
  /** Everything of a dead process is recorded; its folder, which is named, is deleted afterwards. */
  folderRecorded?(name: string): Promise<void>;
}

/** Told about every outcome and event of a dead process, recorded before or only now. */
export interface AdoptedLines {
  add(line: OutboxLine): void;
  /** All of the folder's lines of the topic are recorded. */
  finish(): Promise<void>;
}
