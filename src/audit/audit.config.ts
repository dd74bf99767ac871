import type { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { integer, list, secret, text, url } from '../platform/config/setting-types';

const MIN_SECRET_LENGTH = 32;

/** How the audit trail is signed, anchored and kept. */
export class AuditConfig {
  static readonly section = 'Audit trail';

  @Setting({
    env: 'AUDIT_SIGNING_KEY',
    type: secret({ minLength: MIN_SECRET_LENGTH }),
    secret: true,
    describe:
      'Secret from which the Ed25519 key of checkpoints is derived, or a PEM private key. All replicas and workers need the same. Unset without REDIS_URL: generated once into MODELMUXER_DATA_DIR. Unset with REDIS_URL: no checkpoints are signed.',
    unsafeInProduction: (value) => (value === undefined ? 'is required' : undefined),
  })
  readonly signingKey: Secret | undefined;

  @Setting({
    env: 'AUDIT_TRUSTED_KEYS',
    type: list(),
    default: [],
    describe:
      'Ids of earlier signing keys whose checkpoints still count (`npm run audit:verify` prints the id of the present one).',
    example: 'ak_0123456789abcdef0123456789abcdef',
  })
  readonly trustedKeys: readonly string[];

  @Setting({
    env: 'AUDIT_CHECKPOINT_EVENTS',
    type: integer({ min: 1, max: 1_000_000 }),
    default: 1_000,
    describe: 'A checkpoint of an organization is signed after this many events.',
  })
  readonly checkpointEvents: number;

  @Setting({
    env: 'AUDIT_CHECKPOINT_MINUTES',
    type: integer({ min: 1, max: 10_080 }),
    default: 60,
    describe: 'A checkpoint is signed at least this often while there are new events.',
  })
  readonly checkpointMinutes: number;

  @Setting({
    env: 'AUDIT_RETENTION_DAYS',
    type: integer({ min: 0, max: 36_500 }),
    default: 0,
    describe:
      'Events older than this are removed from the beginning of the trail, with a signed checkpoint about it; needs a signing key. 0 keeps them for ever.',
  })
  readonly retentionDays: number;

  @Setting({
    env: 'AUDIT_ADDRESS_DAYS',
    type: integer({ min: 0, max: 36_500 }),
    default: 180,
    describe: 'Client addresses are erased from events older than this. 0 keeps them as long as the event.',
  })
  readonly addressDays: number;

  @Setting({
    env: 'AUDIT_ANCHOR_FILE',
    type: text(),
    describe:
      'File to which every checkpoint is appended as a JSON line. Keep it where nobody who can change the database can change it.',
    example: '/mnt/worm/modelmuxer-checkpoints.jsonl',
  })
  readonly anchorFile: string | undefined;

  @Setting({
    env: 'AUDIT_ANCHOR_URL',
    type: url(['https', 'http']),
    describe: 'Address to which every checkpoint is posted as JSON, for example in front of an object store.',
  })
  readonly anchorUrl: string | undefined;

  @Setting({
    env: 'AUDIT_ANCHOR_SECRET',
    type: secret({ minLength: MIN_SECRET_LENGTH }),
    secret: true,
    describe: 'Signs the posts to AUDIT_ANCHOR_URL (HMAC-SHA256, header `x-modelmuxer-signature`).',
  })
  readonly anchorSecret: Secret | undefined;
}
