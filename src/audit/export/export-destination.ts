import type { AuditEventDto } from '../api/dto/audit-event.dto';

/** An event as it leaves: what the API shows, and whose trail it stands in. */
export interface ExportedEvent extends AuditEventDto {
  readonly organization_id: string;
}

/** The destination will never take these events. */
export class ExportRefused extends Error {}

/** Something that takes events. */
export interface ExportDestination {
  /** Key of its position in the trail. */
  readonly name: ExportDestinationName;
  /** Resolves when the destination has them. Rejects with {@link ExportRefused} when it never will, else it is tried again. */
  send(events: readonly ExportedEvent[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export const EXPORT_DESTINATIONS = ['file', 'syslog', 'webhook'] as const;
export type ExportDestinationName = (typeof EXPORT_DESTINATIONS)[number];
