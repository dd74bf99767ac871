import './prepare-node';
import { readConfig, startApi } from './boot';
import { stopGracefully } from './graceful-stop';
import { processEnvironment } from './platform/config/process-environment';
import { startBanner } from './start-banner';
import { failStart } from './start-failure';
import { stopOnSignals } from './stop-on-signals';

async function main(): Promise<void> {
  const config = readConfig({ environment: processEnvironment(), arguments: process.argv.slice(2) });
  for (const warning of config.warnings) console.warn(`Warning: ${warning}`);
  const app = await startApi(config);
  stopOnSignals(() => stopGracefully(app));
  console.log(startBanner(app, config));
}

main().catch(failStart);
