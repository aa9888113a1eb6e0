// Which test files `npm run test:pg` leaves out, since a second run would tell nothing new: those that reach no database of
// test/support, and those about Prisma's command line and our files, whose effect on a database other files check on both.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { root } from './process.mjs'

const aboutFiles = [
  'packages/schema-engine/test/failures.test.ts',
  // shadow-database.postgres.test.ts has what is another thing there.
  'packages/schema-engine/test/migrate.test.ts',
  'test/kinds-of-generator.test.ts',
  'test/kinds-of-module.test.ts',
  'test/kinds-of-schema.test.ts',
  'test/migrate-command.test.ts',
  'test/migrate-down.test.ts',
  // test/life walks through more of Prisma's migrations there.
  'test/migrate.test.ts',
  // push.postgres.test.ts has what is another thing there.
  'test/push.test.ts',
  'test/readme.test.ts',
]

/** Paths from the root. */
export function testsThatNeedNoPostgres() {
  const known = new Map()
  return testFiles().filter((file) => aboutFiles.includes(file) || !reachesDatabase(resolve(root, file), known))
}

function testFiles() {
  const folders = ['test', ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/test`)]
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
    )
}

/** Whether the file, or one that it imports, asks for the server. */
function reachesDatabase(file, known) {
  const present = known.get(file)
  if (present !== undefined) return present
  known.set(file, false)
  if (!existsSync(file)) return false
  const text = readFileSync(file, 'utf8')
  const imported = Array.from(text.matchAll(/from '(\.[^']+)'/g), (match) => resolve(dirname(file), match[1]))
  const found = text.includes('VECTORIZER_TEST_POSTGRES') || imported.some((each) => reachesDatabase(each, known))
  known.set(file, found)
  return found
}
