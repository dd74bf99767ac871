import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type EntityManager, type Repository } from 'typeorm';
import { lockOrganization } from '../tenancy/lock-organization';
import { MEMBER_COLUMNS, toMember, type Member, type MemberRow } from '../tenancy/member';
import type { AccountStatus } from '../tenancy/organization.entity';
import { ApiKeyEntity, type ApiKeyKind, type StoredLimits } from './api-key.entity';

/** A key that is not revoked, with its owner as of now. */
export interface ActiveApiKey {
  readonly id: string;
  readonly kind: ApiKeyKind;
  /** The one it was found by. */
  readonly hash: string;
  readonly projectId: string | null;
  readonly projectStatus: AccountStatus | null;
  readonly permissions: readonly string[];
  readonly allowedModels: readonly string[] | null;
  readonly allowedIps: readonly string[] | null;
  readonly limits: StoredLimits;
  /** When it stops working: expiry or announced revocation, whichever comes first. */
  readonly endsAt: Date | null;
  readonly owner: Member;
}

/** Columns a new key is made with. */
export type NewKeyRow = Omit<
  ApiKeyEntity,
  'createdAt' | 'revokedAt' | 'lastUsedAt' | 'rotatedAt' | 'previousHash' | 'previousEndsAt'
>;

interface ActiveKeyRow extends MemberRow {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly hash: string;
  readonly project_id: string | null;
  readonly project_status: AccountStatus | null;
  readonly permissions: string[];
  readonly allowed_models: string[] | null;
  readonly allowed_ips: string[] | null;
  readonly limits: StoredLimits;
  readonly ends_at: Date | null;
}

/** Found by the unique indexes on both hashes, then by primary keys. */
const FIND_ACTIVE = `
  SELECT k.id, k.kind, CASE WHEN k.hash = $1 THEN k.hash ELSE k.previous_hash END AS hash, k.project_id, k.permissions, k.allowed_models, k.allowed_ips, k.limits,
         LEAST(k.expires_at, k.revoked_at, CASE WHEN k.hash = $1 THEN NULL ELSE k.previous_ends_at END) AS ends_at, j.status AS project_status, ${MEMBER_COLUMNS}
    FROM api_key k
    JOIN organization o ON o.id = k.organization_id
    JOIN plan p ON p.name = o.plan
    JOIN app_user u ON u.id = k.user_id
    JOIN membership m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
    LEFT JOIN project j ON j.organization_id = k.organization_id AND j.id = k.project_id
   WHERE (k.hash = $1 OR (k.previous_hash = $1 AND k.previous_ends_at > now())) AND (k.revoked_at IS NULL OR k.revoked_at > now())`;

/** Stores and finds keys by their hash; listings are always within a tenant. */
@Injectable()
export class ApiKeyRepository {
  constructor(@InjectRepository(ApiKeyEntity) private readonly keys: Repository<ApiKeyEntity>) {}

  /** One indexed query. Undefined when unknown, revoked, or when the owner has left the organization. */
  async findActiveByHash(hash: string): Promise<ActiveApiKey | undefined> {
    const rows = await this.keys.manager.query<ActiveKeyRow[]>(FIND_ACTIVE, [hash]);
    return rows[0] && toActiveKey(rows[0]);
  }

  /** Undefined organization means any: for system administrators only. */
  findById(id: string, organizationId: string | undefined): Promise<ApiKeyEntity | null> {
    return this.keys.findOneBy({ id, ...(organizationId !== undefined && { organizationId }) });
  }

  /** Newest first, those older than `beforeId`; of one owner when `userId` is given. */
  list(
    organizationId: string,
    page: { userId: string | undefined; beforeId: string | undefined; limit: number },
  ): Promise<ApiKeyEntity[]> {
    return this.keys.find({
      where: {
        organizationId,
        ...(page.userId !== undefined && { userId: page.userId }),
        ...(page.beforeId !== undefined && { id: LessThan(page.beforeId) }),
      },
      order: { id: 'DESC' },
      take: page.limit,
    });
  }

  async insert(key: NewKeyRow): Promise<ApiKeyEntity> {
    await this.keys.insert(key);
    return this.keys.findOneByOrFail({ id: key.id });
  }

  /** Undefined when the organization has `max` working keys already; static ones do not count. */
  insertWithin(max: number | undefined, key: NewKeyRow): Promise<ApiKeyEntity | undefined> {
    const { id, organizationId } = key;
    return this.keys.manager.transaction(async (manager) => {
      if (max !== undefined) {
        await lockOrganization(manager, organizationId);
        if ((await countWorking(manager, organizationId)) >= max) return undefined;
      }
      await manager.insert(ApiKeyEntity, key);
      return manager.findOneByOrFail(ApiKeyEntity, { id });
    });
  }

  async update(
    id: string,
    change: Pick<
      ApiKeyEntity,
      'name' | 'permissions' | 'projectId' | 'allowedModels' | 'allowedIps' | 'expiresAt' | 'limits'
    >,
  ): Promise<ApiKeyEntity> {
    await this.keys.update({ id }, change);
    return this.keys.findOneByOrFail({ id });
  }

  /** Undefined, and nothing changed, when the key was revoked or rotated by somebody else in the meantime. */
  async rotate(
    { id, hash }: ApiKeyEntity,
    next: { readonly hash: string; readonly prefix: string; readonly overlapSeconds: number },
  ): Promise<ApiKeyEntity | undefined> {
    const [rows] = await this.keys.manager.query<[unknown[], number]>(
      `UPDATE api_key SET hash = $3, prefix = $4, rotated_at = now(), previous_hash = $2,
              previous_ends_at = now() + make_interval(secs => $5)
        WHERE id = $1 AND hash = $2 AND revoked_at IS NULL RETURNING id`,
      [id, hash, next.hash, next.prefix, next.overlapSeconds],
    );
    return rows.length === 0 ? undefined : this.keys.findOneByOrFail({ id });
  }

  /** Makes the row of a static key, or brings it up to date. */
  async upsertStatic(
    key: Pick<ApiKeyEntity, 'id' | 'organizationId' | 'userId' | 'name' | 'prefix' | 'hash' | 'permissions'>,
  ): Promise<void> {
    await this.keys.upsert({ ...key, kind: 'static' }, ['id']);
  }

  /** Takes effect at once; a key that is revoked already keeps its date. */
  async revoke(id: string): Promise<void> {
    await this.keys.manager.query(
      'UPDATE api_key SET revoked_at = now() WHERE id = $1 AND (revoked_at IS NULL OR revoked_at > now())',
      [id],
    );
  }

  /** Ends every working key of a user in an organization at once. */
  async revokeAllOf(organizationId: string, userId: string): Promise<void> {
    await this.keys.manager.query(
      `UPDATE api_key SET revoked_at = now()
        WHERE organization_id = $1 AND user_id = $2 AND (revoked_at IS NULL OR revoked_at > now())`,
      [organizationId, userId],
    );
  }

  /** Whether some working key belongs to a member with this role. */
  async hasActiveIssuedKey(ownerRole: string): Promise<boolean> {
    const rows = await this.keys.manager.query<unknown[]>(
      `SELECT 1 FROM api_key k JOIN membership m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
        WHERE m.role = $1 AND k.kind = 'issued' AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
        LIMIT 1`,
      [ownerRole],
    );
    return rows.length > 0;
  }

  /** Writes the latest use of several keys in one statement. */
  async markUsed(uses: readonly { readonly id: string; readonly at: Date }[]): Promise<void> {
    await this.keys.manager.query(
      `UPDATE api_key k SET last_used_at = GREATEST(k.last_used_at, used.at)
         FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE k.id = used.id`,
      [uses.map(({ id }) => id), uses.map(({ at }) => at)],
    );
  }
}

async function countWorking(manager: EntityManager, organizationId: string): Promise<number> {
  const [row] = await manager.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM api_key WHERE organization_id = $1 AND kind = 'issued'
        AND (revoked_at IS NULL OR revoked_at > now()) AND (expires_at IS NULL OR expires_at > now())`,
    [organizationId],
  );
  return row?.count ?? 0;
}

function toActiveKey(row: ActiveKeyRow): ActiveApiKey {
  return {
    id: row.id,
    kind: row.kind,
    hash: row.hash,
    projectId: row.project_id,
    projectStatus: row.project_status,
    permissions: row.permissions,
    allowedModels: row.allowed_models,
    allowedIps: row.allowed_ips,
    limits: row.limits,
    endsAt: row.ends_at,
    owner: toMember(row),
  };
}
