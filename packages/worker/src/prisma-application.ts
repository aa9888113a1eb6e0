// Where the application has its schema, its migrations and its database: what Prisma would find.
import { dirname, join } from 'node:path'
import { VectorizerError } from '@prisma-vectorizer/spec'
import { loadPrismaConfig } from './configuration.ts'
import { noDatabaseUrl } from './connection-url.ts'
import type { GeneratorTools } from './generator-tools.ts'
import type { PrismaPaths } from './prisma-cli.ts'

export interface PrismaApplication {
  readonly schemaPath: string
  /** Folder of the migrations, unless the generator block names another. */
  readonly migrations: string
  /** Throws VZ501 where there is none. */
  url(): string
}

/** Throws VZ506 where there is no schema, and what reading prisma.config.ts throws. */
export async function findApplication(
  tools: GeneratorTools,
  folder: string,
  paths: PrismaPaths,
): Promise<PrismaApplication> {
  const config = await loadPrismaConfig(folder, paths.config)
  const base = dirname(config?.file ?? join(folder, 'prisma.config.ts'))
  const schemaPath = tools.findSchema({ folder, base, flag: paths.schema, configured: config?.schema })
  if (schemaPath === undefined) {
    throw new VectorizerError('VZ506', {
      fact: `There is no Prisma schema: ${paths.schema ?? config?.schema ?? `neither schema.prisma nor prisma/schema.prisma in ${base}`}.`,
      fix: 'Go to the folder of the application, or say `--schema <path>`.',
    })
  }
  const named = process.env[tools.migrationsVariable]
  return {
    schemaPath,
    // `withVectorizer`, which has just run, may have another folder than the config that it wraps.
    migrations:
      named === undefined || named === 'none'
        ? tools.findMigrations(schemaPath, base, config?.migrations?.path)
        : named,
    url() {
      // The one that Prisma itself uses.
      const url = config?.datasource?.url ?? process.env['DATABASE_URL']
      if (!url) throw noDatabaseUrl('There is no datasource URL in prisma.config.ts, and no DATABASE_URL.')
      return url
    },
  }
}
