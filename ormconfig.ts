import 'reflect-metadata';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CONFIG_CLASSES } from './src/config-classes';
import { DataDirectoryConfig } from './src/platform/config/data-directory.config';
import { loadConfig } from './src/platform/config/load-config';
import { processEnvironment } from './src/platform/config/process-environment';
import { readRawSettings } from './src/platform/config/raw-settings';
import { dataSourceOptions } from './src/platform/database/data-source-options';
import { DatabaseConfig } from './src/platform/database/database.config';
import { DatabaseServer } from './src/platform/database/database-server';

/** A data source that takes its embedded database down with it. */
class CommandLineDataSource extends DataSource {
  constructor(
    options: DataSourceOptions,
    private readonly server: DatabaseServer,
  ) {
    super(options);
  }

  override async destroy(): Promise<void> {
    await super.destroy();
    await this.server.stop();
  }
}

async function open(): Promise<DataSource> {
  // All classes: a YAML file may hold any setting, and an unknown one is an error.
  const raw = readRawSettings(CONFIG_CLASSES, { environment: processEnvironment(), arguments: [] });
  const config = loadConfig(CONFIG_CLASSES, raw);
  const server = await DatabaseServer.start(
    config.get(DatabaseConfig),
    config.get(DataDirectoryConfig).dataDir,
  );
  const limits = {
    poolSize: 2,
    connectTimeoutMs: config.get(DatabaseConfig).connectTimeoutMs,
    statementTimeoutMs: 0,
  };
  const options = dataSourceOptions(server.connection, limits, [join(__dirname, 'src/**/*.entity.js')]);
  return new CommandLineDataSource(options, server);
}

/** For the TypeORM command line, after a build: `npm run typeorm -- migration:run`. */
export const dataSource = open();
