import { defineConfig } from 'vitest/config'
import { testsThatNeedNoPostgres } from './scripts/database-tests.mjs'

export default defineConfig({
  // Tests read the packages' sources, so that a failing line is a line of src, not of a build. Without `import`: Vite
  // adds it by itself where it is right, and Vitest hands what stands here to Node, whose require() it would break.
  resolve: { conditions: ['@prisma-vectorizer/source', 'node'] },
  ssr: { resolve: { conditions: ['@prisma-vectorizer/source', 'node'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      ...(process.env['VECTORIZER_TEST_POSTGRES'] ? testsThatNeedNoPostgres() : ['**/*.postgres.test.ts']),
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
