const EVERY_MS = 10_000;

/** Says every ten seconds how far a long loop is: `tick()` once per turn. Silent for loops that are over sooner. */
export function progressOf(what, total) {
  let done = 0;
  let lastSaid = performance.now();
  return () => {
    done += 1;
    const now = performance.now();
    if (now - lastSaid < EVERY_MS) return;
    lastSaid = now;
    console.error(`${what}: ${done} of ${total}`);
  };
}
