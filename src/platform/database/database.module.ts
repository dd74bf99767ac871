import { Global, Inject, Logger, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DataDirectoryConfig } from '../config/data-directory.config';
import { DatabaseConfig } from './database.config';
import { dataSourceOptions } from './data-source-options';
import { DatabaseServer } from './database-server';
import { TenantPool } from './tenant-pool';
import { prepareRowSecurity, TENANT_ROLE } from './row-security';
import { runMigrations } from './run-migrations';

/** Starts the database when it is the embedded one, and offers it. Closed last, because it is global. */
@Global()
@Module({
  providers: [
    {
      provide: DatabaseServer,
      inject: [DatabaseConfig, DataDirectoryConfig],
      useFactory: (config: DatabaseConfig, directory: DataDirectoryConfig) =>
        DatabaseServer.start(config, directory.dataDir),
    },
  ],
  exports: [DatabaseServer],
})
class DatabaseServerModule {}

/**
 * The database with an up-to-date schema: importing this module makes `DataSource`, `EntityManager`, repositories by
 * `TypeOrmModule.forFeature` and {@link DatabaseServer} available. Migrations run before anything else can query.
 */
@Module({
  imports: [
    DatabaseServerModule,
    TypeOrmModule.forRootAsync({
      inject: [DatabaseServer, DatabaseConfig],
      useFactory: migrateAndDescribe,
    }),
  ],
})
export class DatabaseModule implements OnModuleInit {
  constructor(
    @Inject(DatabaseServer) private readonly server: DatabaseServer,
    @Inject(DataSource) private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.server.own(this.dataSource);
  }
}

async function migrateAndDescribe(
  server: DatabaseServer,
  config: DatabaseConfig,
): Promise<TypeOrmModuleOptions> {
  const executed = await runMigrations(server.connection, {
    connectTimeoutMs: config.connectTimeoutMs,
    waitMs: config.migrationWaitMs,
  });
  if (executed.length > 0) new Logger('Database').log(`Migrated: ${executed.join(', ')}`);
  const bindsTenants = await useRowSecurity(server, config);
  return {
    ...dataSourceOptions(server.connection, config),
    ...(bindsTenants && { driver: { Pool: TenantPool } }),
    autoLoadEntities: true,
    // The migration run has just proved that the database answers.
    retryAttempts: 0,
  };
}

/** Whether queries within a tenant run as the role that row-level security binds. All clients of the embedded database share one session. */
async function useRowSecurity(server: DatabaseServer, config: DatabaseConfig): Promise<boolean> {
  if (server.shape === 'embedded' || config.rowSecurity === 'off') return false;
  const problem = await prepareRowSecurity(server.connection, config.connectTimeoutMs);
  if (problem === undefined) return true;
  const advice = `CREATE ROLE ${TENANT_ROLE} NOLOGIN; GRANT ${TENANT_ROLE} TO ${server.connection.user};`;
  const text = `Row-level security is not in use (${problem}). A superuser can run: ${advice}`;
  if (config.rowSecurity === 'required') throw new Error(text);
  new Logger('Database').warn(text);
  return false;
}
