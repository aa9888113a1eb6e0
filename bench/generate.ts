// What we add to `prisma generate` on a schema of 300 models with 30 vectorizers, against the same application with the
// stores written by hand. Beside it, what Prisma's protocol costs any generator that is a process: it is started, and sent
// the whole DMMF (11 MB for 100 models) as one line of JSON. `withVectorizer(config, { output })` needs no such process.
import { rmSync } from 'node:fs'
import { type LargeApplication, makeLargeApplication, prismaGenerate } from './support/large-application.ts'
import { interleaved } from './support/measure.ts'

const size = { models: 300, annotated: 30 }
const rounds = 7
const target = 500

const applications = {
  byHand: { ...size, byHand: true },
  nothing: { ...size, byHand: true, provider: 'node ./does-nothing.cjs' },
  generator: { ...size, provider: 'prisma-generator-vectorizer' },
  wrapped: { ...size, config: (config) => `withVectorizer(${config}, { output: 'generated/vectorizer' })` },
} satisfies Record<string, LargeApplication>
type Name = keyof typeof applications

export async function run(): Promise<void> {
  const names = Object.keys(applications) as Name[]
  const folders = Object.fromEntries(names.map((name) => [name, makeLargeApplication(applications[name])])) as Record<
    Name,
    string
  >
  try {
    // The generator derives the models in its first run, and Prisma knows them from the second on.
    for (const name of names) prismaGenerate(folders[name])
    const variants = Object.fromEntries(names.map((name) => [name, async () => prismaGenerate(folders[name])]))
    const taken = await interleaved(variants as Record<Name, () => Promise<number>>, rounds)
    const added = (name: Name) => `+${(taken[name] - taken.byHand).toFixed(0)} ms`.padStart(8)
    const verdict = (name: Name) => `target +${target} ms ${taken[name] - taken.byHand <= target ? 'held' : 'MISSED'}`
    console.log(`\nprisma generate, ${size.models} models, ${size.annotated} annotated, wall time, median of ${rounds}`)
    console.log(`  Prisma Client alone, the stores by hand      ${taken.byHand.toFixed(0)} ms`)
    console.log(`  and a generator of no code                ${added('nothing')}`)
    console.log(`  our generator                             ${added('generator')}   ${verdict('generator')}`)
    console.log(`  withVectorizer(config, { output })        ${added('wrapped')}   ${verdict('wrapped')}`)
  } finally {
    for (const name of names) rmSync(folders[name], { recursive: true, force: true })
  }
}
