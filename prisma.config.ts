// The reference application's Prisma configuration; a user's own looks the same.
import { withVectorizer } from '@prisma-vectorizer/generator'
import { defineConfig } from 'prisma/config'

export default withVectorizer(
  defineConfig({
    schema: 'prisma/schema',
    migrations: { path: 'prisma/migrations' },
    datasource: {
      url: process.env['DATABASE_URL'],
      // Prisma makes a shadow database itself where the server lets it; PGlite does not.
      shadowDatabaseUrl: process.env['SHADOW_DATABASE_URL'],
    },
  }),
)
