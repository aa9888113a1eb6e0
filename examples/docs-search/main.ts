// `npm run demo`: search over the documentation of this repository's own dependencies, through everything the project
// has: the real Prisma CLI, the worker, `findSimilar`.
import { chooseModel } from './choose-model.ts'
import { openDatabase } from './database.ts'
import { collectDocuments } from './documents.ts'
import { embedPending } from './embed.ts'
import { printAnswers, say } from './print.ts'
import { prismaCommand } from './prisma-command.ts'
import { assertSameModel } from './same-model.ts'

const questions = [
  'connection pool options for postgres',
  'retry a failed promise with exponential backoff',
  'run postgres in the browser with WebAssembly',
  'parse the arguments of a command line program',
  'watch files and folders for changes',
]

async function main(asked: readonly string[]): Promise<void> {
  const model = chooseModel()
  await using database = await openDatabase(model)
  say(`database  ${database.description}`)
  say(`embedding ${model.description}`)

  await prismaCommand(['generate'], database.url)
  await prismaCommand(['migrate', 'deploy'], database.url)

  // Only now: the client and the manifest are what `prisma generate` has just written.
  const { createDb } = await import('./db.ts')
  const db = createDb(database.url, model.embedder)
  try {
    await assertSameModel(db, model.name)
    if ((await db.blogPost.count()) === 0) {
      const documents = collectDocuments()
      await db.author.createMany({ data: documents.authors.map((name, index) => ({ id: index + 1, name })) })
      await db.blogPost.createMany({
        data: documents.posts.map(({ author, ...post }) => ({
          ...post,
          authorId: documents.authors.indexOf(author) + 1,
        })),
      })
      say(`loaded    ${documents.posts.length} documents by ${documents.authors.length} authors, from node_modules`)
    }
    await embedPending(database.url, model.embedder)

    for (const question of asked.length ? asked : questions) {
      const started = performance.now()
      const posts = await db.blogPost.findSimilar(question, {
        take: 3,
        where: { published: true },
        select: { title: true, author: { select: { name: true } } },
      })
      printAnswers(question, posts, performance.now() - started)
    }
  } finally {
    await db.$disconnect()
  }
  if (asked.length === 0) say('\nAsk your own:  npm run demo -- "how do I cancel a query"')
}

try {
  await main(process.argv.slice(2).filter((word) => word.trim() !== ''))
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
