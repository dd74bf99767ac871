import type { Secret } from '../../platform/config/secret';
import { Setting } from '../../platform/config/setting';
import { secret, text, url } from '../../platform/config/setting-types';

const MIN_SECRET_LENGTH = 32;

/** Where audit events are sent to, for a SIEM; any number of these at once. */
export class AuditExportConfig {
  static readonly section = 'Audit export';

  @Setting({
    env: 'AUDIT_EXPORT_FILE',
    type: text(),
    describe:
      'File to which every event is appended as a JSON line. Opened anew for each batch, so it may be rotated.',
    example: '/var/log/modelmuxer/audit.jsonl',
  })
  readonly file: string | undefined;

  @Setting({
    env: 'AUDIT_EXPORT_SYSLOG_URL',
    type: url(['tls', 'tcp', 'udp']),
    describe:
      'Syslog server (RFC 5424): tls://host:port, tcp://host:port (octet counting) or udp://host:port.',
    example: 'tls://siem.example.com:6514',
  })
  readonly syslogUrl: string | undefined;

  @Setting({
    env: 'AUDIT_EXPORT_SYSLOG_CA_FILE',
    type: text(),
    describe: 'PEM certificates that a tls:// syslog server is checked against. Unset: those of the system.',
  })
  readonly syslogCaFile: string | undefined;

  @Setting({
    env: 'AUDIT_EXPORT_WEBHOOK_URL',
    type: url(['https', 'http']),
    describe: 'Address to which events are posted as `{"events": [...]}`.',
  })
  readonly webhookUrl: string | undefined;

  @Setting({
    env: 'AUDIT_EXPORT_WEBHOOK_SECRET',
    type: secret({ minLength: MIN_SECRET_LENGTH }),
    secret: true,
    describe: 'Signs the posts to AUDIT_EXPORT_WEBHOOK_URL (HMAC-SHA256, header `x-modelmuxer-signature`).',
  })
  readonly webhookSecret: Secret | undefined;
}
