import type { ErrorDefinition } from '../../common/app-error';

/** What {@link Outbox.append} may reject with. In both cases nothing was noted and the call must not be made. */
export const outboxErrors = {
  /** The spool reached its limit, or the disk has no space left. */
  full: { code: 'outbox_full', category: 'unavailable' },
  /** The spool cannot be written for another reason, or the process is shutting down. */
  unwritable: { code: 'outbox_unwritable', category: 'unavailable' },
} as const satisfies Record<string, ErrorDefinition>;
