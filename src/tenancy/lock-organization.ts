import type { EntityManager } from 'typeorm';

/** Lets changes that count rows of an organization take turns, until the transaction ends. */
export async function lockOrganization(manager: EntityManager, organizationId: string): Promise<void> {
  await manager.query('SELECT 1 FROM organization WHERE id = $1 FOR UPDATE', [organizationId]);
}
