import './prepare-node';
import { NestFactory } from '@nestjs/core';
import { processEnvironment } from './platform/config/process-environment';
import { NestLogger } from './platform/logging/nest-logger';
import { readConfig } from './boot';
import { RedisConfig } from './platform/redis/redis.config';
import { failStart } from './start-failure';
import { stopOnSignals } from './stop-on-signals';
import { WorkerModule } from './worker.module';

async function main(): Promise<void> {
  const config = readConfig({ environment: processEnvironment(), arguments: process.argv.slice(2) });
  if (config.get(RedisConfig).address === undefined) {
    throw new Error(
      'A worker needs REDIS_URL: without Redis the API process runs the background jobs itself',
    );
  }
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(config), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(NestLogger));
  stopOnSignals(() => app.close());
  console.log('ModelMuxer worker is ready');
}

main().catch(failStart);
