/** Starts a fake vendor as a process of its own: `node --import ./ts-resolve.mjs main.ts [--fast] [--port N]`; prints its base URL. */
import type { AddressInfo } from 'node:net';
import { FakeVendor } from './fake-vendor';
import { createFastVendor } from './fast-vendor';

const argumentsGiven = process.argv.slice(2);
const portIndex = argumentsGiven.indexOf('--port');
const port = portIndex < 0 ? 0 : Number(argumentsGiven[portIndex + 1]);

async function startFast(): Promise<number> {
  const server = createFastVendor();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function start(): Promise<number> {
  return argumentsGiven.includes('--fast') ? startFast() : (await new FakeVendor().start(port)).port;
}

void start().then((listening) => process.stdout.write(`http://127.0.0.1:${listening}/v1\n`));
// Whoever started this holds the other end of the input: when it dies, so does the vendor.
process.stdin.resume().on('end', () => process.exit(0));
