// A process that asks once, and prints how many milliseconds that took.
import { PrismaPg } from '@prisma/adapter-pg'

const [url, method] = process.argv.slice(2)
const { PrismaClient } = await import('../../examples/docs-search/generated/prisma/client.ts')
const { vectorizer } = await import('../../examples/docs-search/generated/vectorizer/index.ts')

const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url as string, max: 1 }) }).$extends(
  vectorizer(),
)
const query = Array.from({ length: 768 }, (_, index) => Math.sin(index))
const started = performance.now()
if (method === 'findMany') await db.blogPost.findMany({ where: { published: true }, take: 10 })
else await db.blogPost.findSimilar(query, { where: { published: true }, take: 10 })
console.log(performance.now() - started)
await db.$disconnect()
