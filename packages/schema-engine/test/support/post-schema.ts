// The schema that the CLI's tests start from, and migrations written by hand.
import type { Project } from '../../../../test/support/project.ts'

export const postSchema = `generator client {
  provider = "prisma-client"
  output   = "../generated"
}

datasource db {
  provider = "postgresql"
}

model Post {
  id    Int    @id @default(autoincrement())
  title String
}
`

export async function addMigration(project: Project, name: string, sql: string): Promise<void> {
  await project.write('prisma/migrations/migration_lock.toml', 'provider = "postgresql"\n')
  await project.write(`prisma/migrations/${name}/migration.sql`, sql)
}
