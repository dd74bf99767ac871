import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { isJsonObject } from '../../common/json';
import { AuditKeys } from '../checkpoints/audit-keys';
import type { Checkpoint } from '../checkpoints/checkpoint';
import { CheckpointRepository } from '../checkpoints/checkpoint.repository';
import { GENESIS_HASH, hashOfRow, type AuditRow } from '../trail/audit-row';
import { subjectOf } from '../trail/audit-subject';
import { readAuditRows } from '../trail/read-audit-rows';
import type { TrailProblem, TrailReport } from './trail-report';
import { TrailWalk } from './trail-walk';

const SUBJECT_BATCH = 1_000;
const NO_BOUND = 1_000_000_000_000_000_000n;

interface Chain {
  readonly firstSequence: bigint;
  readonly firstPreviousHash: string;
  readonly lastSequence: bigint;
  readonly lastHash: string;
}

interface Evidence {
  readonly trusted: readonly Checkpoint[];
  readonly checkpoints: number;
  readonly anchors: number;
  readonly ignored: number;
}

/** Checks trails against themselves, their checkpoints, and checkpoints kept elsewhere. */
@Injectable()
export class TrailVerifier {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly checkpoints: CheckpointRepository,
    private readonly keys: AuditKeys,
  ) {}

  /** Every organization that has, or by an anchor once had, a trail. */
  async organizations(anchors: readonly Checkpoint[]): Promise<readonly string[]> {
    const rows: unknown = await this.dataSource.query(`
      SELECT organization_id FROM audit_chain UNION SELECT organization_id FROM audit_checkpoint
      UNION SELECT DISTINCT organization_id FROM audit_event`);
    const stored = toObjects(rows).map((row) => String(row['organization_id']));
    return [...new Set([...stored, ...anchors.map((anchor) => anchor.organization_id)])].sort();
  }

  /**
   * Reads the whole trail. What is appended meanwhile is left to the next check. `anchors` are checkpoints kept
   * outside the database, of any organization; rejects when the signal fires.
   */
  async verify(
    organizationId: string,
    { anchors, signal }: { readonly anchors: readonly Checkpoint[]; readonly signal: AbortSignal },
  ): Promise<TrailReport> {
    const evidence = await this.evidence(organizationId, anchors);
    const chain = await this.readChain(organizationId);
    const walk = new TrailWalk({
      firstSequence: chain?.firstSequence ?? 1n,
      previousHash: chain?.firstPreviousHash ?? GENESIS_HASH,
      checkpoints: evidence.trusted,
    });
    const problem =
      this.startProblem(chain, evidence) ??
      (await this.walkThrough(organizationId, { walk, chain, signal })) ??
      (await this.beyondProblem(organizationId, chain)) ??
      (await this.subjectProblem(organizationId));
    return {
      organization_id: organizationId,
      intact: problem === undefined,
      problem: problem ?? null,
      events: walk.events,
      first_sequence: (chain?.firstSequence ?? 1n).toString(),
      last_sequence: (chain?.lastSequence ?? 0n).toString(),
      checkpoints: evidence.checkpoints,
      anchors: evidence.anchors,
      ignored_checkpoints: evidence.ignored,
    };
  }

  private async evidence(organizationId: string, anchors: readonly Checkpoint[]): Promise<Evidence> {
    const own = await this.checkpoints.findAll(organizationId);
    const kept = anchors.filter((anchor) => anchor.organization_id === organizationId);
    const trustedOwn = own.filter((checkpoint) => this.keys.vouchesFor(checkpoint));
    const trustedKept = kept.filter((checkpoint) => this.keys.vouchesFor(checkpoint));
    return {
      trusted: [...trustedOwn, ...trustedKept],
      checkpoints: trustedOwn.length,
      anchors: trustedKept.length,
      ignored: own.length + kept.length - trustedOwn.length - trustedKept.length,
    };
  }

  private async readChain(organizationId: string): Promise<Chain | undefined> {
    const rows: unknown = await this.dataSource.query(
      `SELECT first_sequence::text AS first, first_previous_hash, last_sequence::text AS last, last_hash
       FROM audit_chain WHERE organization_id = $1`,
      [organizationId],
    );
    const [row] = toObjects(rows);
    if (!row) return undefined;
    return {
      firstSequence: BigInt(String(row['first'])),
      firstPreviousHash: String(row['first_previous_hash']),
      lastSequence: BigInt(String(row['last'])),
      lastHash: String(row['last_hash']),
    };
  }

  /** A trail may begin later than at 1 only where a signed checkpoint says that retention removed what was before. */
  private startProblem(chain: Chain | undefined, evidence: Evidence): TrailProblem | undefined {
    if (!chain || (chain.firstSequence === 1n && chain.firstPreviousHash === GENESIS_HASH)) return undefined;
    const isSigned = evidence.trusted.some(
      (checkpoint) =>
        checkpoint.first_sequence === chain.firstSequence.toString() &&
        checkpoint.first_previous_hash === chain.firstPreviousHash,
    );
    if (isSigned) return undefined;
    const text = `The trail is said to begin at event ${chain.firstSequence}, but no checkpoint signs that.`;
    return { kind: 'deleted', sequence: '1', event_id: null, explanation: text };
  }

  private async walkThrough(
    organizationId: string,
    { walk, chain, signal }: { walk: TrailWalk; chain: Chain | undefined; signal: AbortSignal },
  ): Promise<TrailProblem | undefined> {
    const range = { after: -1n, to: chain?.lastSequence ?? NO_BOUND };
    for await (const row of readAuditRows(this.dataSource, organizationId, range)) {
      signal.throwIfAborted();
      if (!chain) return chainMissing(row);
      const problem = walk.next(row);
      if (problem) return (await this.asMoved(row, problem)) ?? problem;
    }
    return walk.end({ sequence: chain?.lastSequence ?? 0n, hash: chain?.lastHash ?? GENESIS_HASH });
  }

  /** An "edited" event may be an untouched one at the wrong place: its own link tells where it belongs. */
  private async asMoved(row: AuditRow, problem: TrailProblem): Promise<TrailProblem | undefined> {
    if (problem.kind !== 'edited') return undefined;
    const rows: unknown = await this.dataSource.query(
      'SELECT sequence::text AS sequence FROM audit_event WHERE organization_id = $1 AND hash = $2',
      [row.organization_id, row.previous_hash],
    );
    const [before] = toObjects(rows);
    const home = before ? BigInt(String(before['sequence'])) + 1n : 1n;
    // The one before it may have been moved as well, so its neighbours are tried too.
    for (const sequence of [home, home - 1n, home + 1n, home - 2n]) {
      if (hashOfRow({ ...row, sequence: sequence.toString() }) !== row.hash) continue;
      const text = `At place ${row.sequence} stands the event that was recorded as number ${sequence}.`;
      return { ...problem, kind: 'moved', explanation: text };
    }
    return undefined;
  }

  /** Read in this order, the end of the chain is never older than the events. */
  private async beyondProblem(
    organizationId: string,
    chain: Chain | undefined,
  ): Promise<TrailProblem | undefined> {
    const rows: unknown = await this.dataSource.query(
      `SELECT sequence::text AS sequence, event_id FROM audit_event
       WHERE organization_id = $1 ORDER BY audit_event.sequence DESC LIMIT 1`,
      [organizationId],
    );
    const [last] = toObjects(rows);
    const head = last && chain ? await this.readChain(organizationId) : undefined;
    if (!last || !head || BigInt(String(last['sequence'])) <= head.lastSequence) return undefined;
    const next = head.lastSequence + 1n;
    const text = `There are events after number ${head.lastSequence}, the last one that was appended.`;
    return { kind: 'inserted', sequence: next.toString(), event_id: null, explanation: text };
  }

  private async subjectProblem(organizationId: string): Promise<TrailProblem | undefined> {
    let after = '';
    for (;;) {
      const rows: unknown = await this.dataSource.query(
        `SELECT subject, user_id, secret FROM audit_subject WHERE organization_id = $1 AND subject > $2
         ORDER BY subject LIMIT ${SUBJECT_BATCH}`,
        [organizationId, after],
      );
      const subjects = toObjects(rows);
      for (const row of subjects) {
        const subject = String(row['subject']);
        if (subjectOf(String(row['secret']), String(row['user_id'])) !== subject)
          return {
            kind: 'subject',
            sequence: null,
            event_id: null,
            explanation: `The pseudonym ${subject} was not made for the user it is said to be.`,
          };
        after = subject;
      }
      if (subjects.length < SUBJECT_BATCH) return undefined;
    }
  }
}

function chainMissing(row: AuditRow): TrailProblem {
  const text = 'There are events, but no record of where the trail begins and ends.';
  return { kind: 'chain', sequence: row.sequence, event_id: row.event_id, explanation: text };
}

function toObjects(rows: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}
