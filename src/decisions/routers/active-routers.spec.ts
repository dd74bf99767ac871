import { FakeClock } from '../../../test/support/fake-clock';
import { trainedArtefact } from '../../../test/support/trained-artefact';
import { InProcessPubSub } from '../../platform/pub-sub/in-process-pub-sub';
import { ActiveRouters } from './active-routers';
import type { TrainedRouterRepository } from './trained-router.repository';
import type { StandingRouter } from './trained-router';

const ARTEFACTS: ReadonlyMap<string, object> = new Map([
  ['rtr_1', trainedArtefact({ 'x/a': 0.9 }, 5)],
  ['rtr_2', trainedArtefact({ 'x/a': 0.1 }, 5)],
  ['rtr_old', { ...trainedArtefact({ 'x/a': 0.9 }, 5), vector: 0 }],
]);

/** What is stored, and how often it was asked for. */
class Store {
  readonly standing = new Map<string, string>();
  readonly asked = { standing: 0, content: 0 };
  failure: Error | undefined;
  gate: Promise<void> = Promise.resolve();
  /** Bytes by which artefacts are larger than their content. */
  padding = 0;

  async findStanding(organizationId: string): Promise<StandingRouter | undefined> {
    this.asked.standing++;
    const routerId = this.standing.get(organizationId);
    await this.gate;
    if (this.failure) throw this.failure;
    return routerId === undefined
      ? undefined
      : { routerId, learnedUntil: undefined, activatedOn: '2026-06-01' };
  }

  async findContent(_organizationId: string, routerId: string): Promise<string | undefined> {
    this.asked.content++;
    const artefact = ARTEFACTS.get(routerId);
    return artefact && JSON.stringify(artefact) + ' '.repeat(this.padding);
  }
}

describe('ActiveRouters', () => {
  const clock = new FakeClock();
  let store: Store;
  let routers: ActiveRouters;

  beforeEach(async () => {
    store = new Store();
    routers = new ActiveRouters(store as unknown as TrainedRouterRepository, new InProcessPubSub(), clock);
    await routers.onModuleInit();
  });
  afterEach(() => routers.onModuleDestroy());

  it('looks a tenant up once for many requests, and not again while that is fresh', async () => {
    store.standing.set('org_1', 'rtr_1');
    await Promise.all(Array.from({ length: 20 }, async () => routers.prepare('org_1')));

    expect(routers.of('org_1')?.routerId).toBe('rtr_1');
    expect(routers.of('org_2')).toBeUndefined();
    expect(routers.prepare('org_1')).toBeUndefined();
    expect(store.asked).toEqual({ standing: 1, content: 1 });
  });

  it('does not read the weights again when the same router still counts', async () => {
    store.standing.set('org_1', 'rtr_1');
    await routers.prepare('org_1');
    const before = routers.of('org_1')?.predictor;
    clock.advance(31_000);
    await routers.prepare('org_1');

    expect(routers.of('org_1')?.predictor).toBe(before);
    expect(store.asked).toEqual({ standing: 2, content: 1 });
  });

  it('reads a router of another version once in half a minute, not at every request, and goes without', async () => {
    store.standing.set('org_1', 'rtr_old');
    await routers.prepare('org_1');

    expect(routers.prepare('org_1')).toBeUndefined();
    expect(routers.of('org_1')).toBeUndefined();
    expect(store.asked).toEqual({ standing: 1, content: 1 });
  });

  it('goes by the last state while the database is away', async () => {
    store.standing.set('org_1', 'rtr_1');
    await routers.prepare('org_1');
    store.failure = new Error('away');
    clock.advance(31_000);
    await routers.prepare('org_1');
    await routers.prepare('org_2');

    expect(routers.of('org_1')?.routerId).toBe('rtr_1');
    expect(routers.of('org_2')).toBeUndefined();
  });

  it('does not keep a request waiting for a database that does not answer', async () => {
    store.gate = new Promise(() => undefined);

    await expect(routers.prepare('org_1')).resolves.toBeUndefined();
    expect(routers.of('org_1')).toBeUndefined();
  });

  it('does not take a look-up that began before a change for the change', async () => {
    let open: () => void = () => undefined;
    store.standing.set('org_1', 'rtr_1');
    store.gate = new Promise((resolve) => (open = resolve));
    const early = routers.prepare('org_1');
    store.standing.set('org_1', 'rtr_2');
    const announced = routers.announce('org_1');
    open();
    await Promise.all([early, announced]);

    expect(routers.of('org_1')?.routerId).toBe('rtr_2');
  });

  it('keeps the weights of so many tenants as it has room for, and drops those it read longest ago', async () => {
    store.padding = 1_000_000;
    const tenants = Array.from({ length: 80 }, (_, i) => `org_${String(i)}`);
    for (const tenant of tenants) {
      store.standing.set(tenant, 'rtr_1');
      await routers.prepare(tenant);
    }
    const kept = tenants.filter((tenant) => routers.of(tenant) !== undefined);

    expect(kept.length).toBeGreaterThan(40);
    expect(kept.length).toBeLessThan(64);
    expect(kept).toEqual(tenants.slice(-kept.length));
    await routers.prepare('org_0');
    expect(routers.of('org_0')?.routerId).toBe('rtr_1');
  });
});
