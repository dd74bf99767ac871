import { LeaseWorld } from './lease-world';

const ROUNDS = Number(process.env['ACCOUNTING_ROUNDS'] ?? 2);
const SEED = Number(process.env['ACCOUNTING_SEED'] ?? Date.now() % 1_000_000_007);
const STEPS = 150;

async function step(world: LeaseWorld): Promise<void> {
  const dice = world.random.integer(100);
  if (dice < 45)
    await Promise.all(Array.from({ length: 1 + world.random.integer(5) }, () => world.request()));
  else if (dice < 65) await world.endOne();
  else if (dice < 73) world.ship();
  else if (dice < 85) await world.tick();
  else if (dice < 89) world.cut();
  else if (dice < 92) world.toggleServer();
  else if (dice < 94) await world.flush();
  else if (dice < 95) await world.flushWithout();
  else if (dice < 97) world.kill();
  else await world.adopt();
}

/** So that every run has the case it is about. */
async function spendFromLeases(world: LeaseWorld): Promise<void> {
  while (world.counts.lent === 0) {
    for (let i = 0; i < 10; i++) await world.request();
    await world.tick();
    world.toggleServer();
    for (let i = 0; i < 10; i++) await world.request();
    world.toggleServer();
  }
}

describe('leases under random loss of the store, flushes, replicas cut off and dead', () => {
  const seeds = Array.from({ length: ROUNDS * 3 }, (_unused, round) => SEED + round * 7_919);

  it.each(seeds)(
    'keep what is spent and what running calls may cost within every limit, and leave the counters as the ledger says (seed %d)',
    async (seed) => {
      const world = new LeaseWorld(seed);
      await spendFromLeases(world);
      for (let i = 0; i < STEPS; i++) {
        await step(world);
        expect({ seed, step: i, exceeded: world.exceeded() }).toEqual({ seed, step: i, exceeded: [] });
      }
      await world.drain();

      expect({ seed, wrong: await world.wrongCounters() }).toEqual({ seed, wrong: [] });
      expect([...world.table.rows.keys()]).toEqual([]);
      expect(world.exceeded()).toEqual([]);
      expect(world.counts.lent).toBeGreaterThan(0);
    },
    120_000,
  );
});
