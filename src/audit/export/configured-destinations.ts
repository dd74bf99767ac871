import type { SignedPost } from '../signed-post';
import type { AuditExportConfig } from './audit-export.config';
import type { ExportDestination } from './export-destination';
import { FileDestination } from './file-destination';
import { SyslogDestination } from './syslog-destination';
import { WebhookDestination } from './webhook-destination';

/** The destinations that the settings name. */
export function configuredDestinations(
  config: AuditExportConfig,
  post: SignedPost,
): readonly ExportDestination[] {
  const { file, syslogUrl, syslogCaFile, webhookUrl, webhookSecret } = config;
  const destinations: ExportDestination[] = [];
  if (file !== undefined) destinations.push(new FileDestination(file));
  if (syslogUrl !== undefined) destinations.push(new SyslogDestination(syslogUrl, syslogCaFile));
  if (webhookUrl !== undefined)
    destinations.push(new WebhookDestination(post, { url: webhookUrl, secret: webhookSecret }));
  return destinations;
}
