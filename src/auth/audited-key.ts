import type { JsonObject } from '../common/json';
import type { ApiKeyEntity } from './api-key.entity';

/** What the audit trail says about a key: everything but the key and its hashes. */
export function auditedKey(key: ApiKeyEntity): JsonObject {
  return {
    name: key.name,
    prefix: key.prefix,
    user_id: key.userId,
    project_id: key.projectId,
    permissions: key.permissions,
    allowed_models: key.allowedModels,
    allowed_ips: key.allowedIps,
    limits: key.limits,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}
