import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ChatService } from './gateway/chat.service';
import { ServerConfig } from './platform/http/server.config';
import { closeUnusedConnections } from './platform/http/unused-connections';
import { LifecycleState } from './platform/lifecycle/lifecycle-state';

const SWEEP_MS = 100;
/** A request may be on its way over a connection that was opened just before the stop. */
const UNUSED_GRACE_MS = 500;
/** Time for streams that were cut at the deadline to book what they delivered. */
const CUT_GRACE_MS = 1_000;

/**
 * Stops without losing anything: readiness off, no new connections, running answers finish (streams up
 * to the deadline, then they are cut and booked as aborted), holds settled, outbox shipped, all closed.
 */
export async function stopGracefully(app: NestExpressApplication): Promise<void> {
  app.get(LifecycleState).markStopping();
  const server: Server = app.getHttpServer();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const idleSweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const unusedSweep = setTimeout(() => closeUnusedConnections(server), UNUSED_GRACE_MS);
  const { shutdownDeadlineMs } = app.get(ServerConfig);
  const isDrained = await Promise.race([
    closed.then(() => true),
    sleep(shutdownDeadlineMs, false, { ref: false }),
  ]);
  clearInterval(idleSweep);
  clearTimeout(unusedSweep);
  if (!isDrained) {
    server.closeAllConnections();
    await sleep(CUT_GRACE_MS);
  }
  await app.get(ChatService).drained();
  await app.close();
}
