// A temporary folder with a schema in it, and the generator's two entries without a Prisma process.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { generate } from '../../src/generator.ts'
import type { DmmfDatamodel } from '../../src/read/dmmf.ts'
import { planFolder, planSchema, writeFolder, writeSchema } from '../../src/synchronise.ts'

const { get_datamodel: getDatamodel } = createRequire(import.meta.url)('@prisma/prisma-schema-wasm') as {
  get_datamodel(options: string): string
}

export const datasource = 'datasource db {\n  provider = "postgresql"\n}\n'

export interface Folder extends Disposable {
  readonly path: string
  read(path: string): string
  write(path: string, text: string): void
  /** Every file and what it holds, by its path in the folder. */
  contents(): Record<string, string>
  modified(path: string): number
  /** What `withVectorizer` does in `prisma migrate dev`. */
  synchronise(schema: string, now?: Date): readonly string[]
  /** What `prisma generate` does, with the output in `generated`. */
  generate(schema: string): readonly string[]
}

export function createFolder(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'vectorizer-generator-'))
  const list = () =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(path, file)).isFile())
      .sort()
  const folder: Folder = {
    path,
    read: (file) => readFileSync(join(path, file), 'utf8'),
    write(file, text) {
      mkdirSync(dirname(join(path, file)), { recursive: true })
      writeFileSync(join(path, file), text)
    },
    contents: () => Object.fromEntries(list().map((file) => [file.replaceAll('\\', '/'), folder.read(file)])),
    modified: (file) => statSync(join(path, file)).mtimeMs,
    synchronise(schema, now) {
      const plan = planSchema(join(path, schema))
      if (!plan) throw new Error('Prisma cannot read this schema')
      const migrations = planFolder(join(path, 'migrations'), plan.specs)
      return [...writeSchema(plan), ...writeFolder(migrations, now)].map((line) => relativeTo(path, line))
    },
    generate(schema) {
      const schemaPath = join(path, schema)
      const sources = statSync(schemaPath).isDirectory()
        ? list().filter((file) => file.startsWith(schema) && file.endsWith('.prisma'))
        : [schema]
      const datamodel = sources.map((file): [string, string] => [file, folder.read(file)])
      const lines = generate({
        generator: {
          name: 'vectorizer',
          output: join(path, 'generated'),
          config: { migrations: '../migrations' },
          sourceFilePath: join(path, 'schema/schema.prisma'),
        },
        schemaPath,
        dmmf: JSON.parse(getDatamodel(JSON.stringify({ prismaSchema: datamodel, noColor: true }))) as DmmfDatamodel,
      })
      return lines.map((line) => relativeTo(path, line))
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
  for (const [file, text] of Object.entries(files)) folder.write(file, text)
  return folder
}

/** Messages show paths from the working directory; tests run in no particular one. */
const relativeTo = (path: string, line: string): string => line.replaceAll(relative(process.cwd(), path), '<folder>')
