import { Installation } from '../../scripts/lib/installation.mjs';
import { startHelper } from './helper-process.mjs';
import { pinned } from './pinning.mjs';

/**
 * What is compared. Each variant is `{ name, label, url, headers, pids, stop }`; `pids` are the processes whose CPU
 * time counts, by role. The direct one has none: it shows what the vendor and the load generator alone allow.
 */
export async function startVariants(names, simulatorUrl, services) {
  const starters = {
    direct: () => ({ label: 'direct to the vendor', url: simulatorUrl, pids: {}, stop() {} }),
    floor: () => startFloor(simulatorUrl),
    services: () => startModelMuxer('services', simulatorUrl, services),
    embedded: () => startModelMuxer('embedded', simulatorUrl, undefined),
  };
  const variants = [];
  try {
    for (const name of names) {
      console.log(`starting ${name}`);
      variants.push({ name, headers: { 'content-type': 'application/json' }, ...(await starters[name]()) });
    }
  } catch (error) {
    await stopAll(variants);
    throw error;
  }
  return variants;
}

export async function stopAll(variants) {
  for (const variant of variants) await variant.stop();
}

async function startFloor(simulatorUrl) {
  const floor = await startHelper('floor.mjs', { args: [simulatorUrl], role: 'server' });
  return {
    label: 'floor: node:http + undici',
    url: `http://127.0.0.1:${floor.first.port}`,
    pids: { api: floor.pid },
    stop: () => floor.stop(),
  };
}

async function startModelMuxer(shape, simulatorUrl, services) {
  const installation = new Installation({
    shape,
    services,
    vendorUrl: simulatorUrl,
    command: (process, line) => pinned(process === 'api' ? 'server' : 'rest', line),
  });
  try {
    await installation.start();
  } catch (error) {
    await installation.remove();
    throw error;
  }
  return {
    label: `ModelMuxer, ${shape}`,
    url: installation.url,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${installation.apiKey}` },
    pids: installation.pids,
    installation,
    stop: () => installation.remove(),
  };
}
