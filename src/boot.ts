import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { CONFIG_CLASSES } from './config-classes';
import { APP_OPTIONS, configureApp } from './configure-app';
import {
  ConfigProblems,
  loadConfig,
  type LoadedConfig,
  type RawSettings,
} from './platform/config/load-config';
import { readRawSettings } from './platform/config/raw-settings';
import { DatabaseConfig } from './platform/database/database.config';
import { ServerConfig } from './platform/http/server.config';
import { LifecycleState } from './platform/lifecycle/lifecycle-state';
import { RedisConfig } from './platform/redis/redis.config';

/** What a process is started with. */
export interface StartInput {
  readonly environment: RawSettings;
  readonly arguments: readonly string[];
}

/** Reads and checks the whole configuration; throws one list of all problems. */
export function readConfig(input: StartInput): LoadedConfig {
  const config = loadConfig(CONFIG_CLASSES, readRawSettings(CONFIG_CLASSES, input));
  const hasRedis = config.get(RedisConfig).address !== undefined;
  if (hasRedis && config.get(DatabaseConfig).url === undefined) {
    throw new ConfigProblems([
      'REDIS_URL: with Redis the background jobs run in worker processes, which need a database of their own; set DATABASE_URL too, or leave both unset',
    ]);
  }
  return config;
}

/** Builds the API, starts listening, and marks it ready. */
export async function startApi(config: LoadedConfig): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    ...APP_OPTIONS,
    // A failed start is explained by its caller in one sentence; the framework would print a stack.
    abortOnError: false,
    autoFlushLogs: false,
  });
  configureApp(app);
  app.flushLogs();
  const { host, port } = config.get(ServerConfig);
  await app.listen(port, host);
  app.get(LifecycleState).markReady();
  return app;
}
