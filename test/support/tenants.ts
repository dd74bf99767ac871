import type { Answer } from './app-client';
import type { TestApp } from './create-app';

/** A tenant made through the API, with keys for people in it. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly owner: Person;
}

export interface Person {
  readonly userId: string;
  readonly keyId: string;
  readonly key: string;
}

let counter = 0;

/** A new organization with an owner who has a key. */
export async function makeTenant(app: TestApp, body: Record<string, unknown> = {}): Promise<Tenant> {
  counter += 1;
  const name = `tenant ${counter}`;
  const made = await expectStatus(201, app.post('/v1/organizations', { name, ...body }));
  const id = String(made.body['id']);
  return { id, slug: String(made.body['slug']), owner: await makePerson(app, id, 'owner') };
}

/** A member of the organization with a key that holds everything the role does. */
export async function makePerson(app: TestApp, organizationId: string, role: string): Promise<Person> {
  counter += 1;
  const member = await expectStatus(
    201,
    app.post(`/v1/organizations/${organizationId}/members`, { email: `person-${counter}@example.com`, role }),
  );
  const userId = String(member.body['user_id']);
  const key = await expectStatus(
    201,
    app.post('/v1/api-keys', { name: role, organization_id: organizationId, user_id: userId }),
  );
  return { userId, keyId: String(key.body['id']), key: String(key.body['key']) };
}

export async function expectStatus<T extends Answer>(status: number, answer: Promise<T>): Promise<T> {
  const settled = await answer;
  if (settled.status !== status)
    throw new Error(`expected ${status}, got ${settled.status}: ${settled.text.slice(0, 500)}`);
  return settled;
}
