// What `prisma-vectorizer adopt` cannot take over, and that it says why and what to do.
import { beforeAll, describe, expect, test } from 'vitest'
import { useAdoption } from './support/adoption.ts'
import { pgaiInstallation, pgaiVectorizer } from './support/pgai-installation.ts'
import type { Project } from './support/project.ts'

describe('what cannot be taken over', () => {
  const { start, sql, adopt } = useAdoption()
  let project: Project
  const note = 'model Note {\n  id   Int    @id\n  text String\n}\n'
  const vectorizerOf = (options: Partial<Parameters<typeof pgaiVectorizer>[0]> = {}) =>
    pgaiVectorizer({
      id: 1,
      name: 'notes',
      source: { schema: 'public', table: 'Note' },
      key: [{ name: 'id', type: 'integer', part: 1 }],
      column: 'text',
      ...options,
    })
  const refusal = async () => {
    const { code, stdout, stderr } = await adopt('--write')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    return stderr
  }

  beforeAll(async () => {
    project = await start(note, '')
  })

  test('is said, with what to do', async () => {
    const schema = await project.read('prisma/schema.prisma')
    expect(await refusal()).toContain('VZ514 The database has no table ai.vectorizer: pgai is not installed in it.')

    await sql(pgaiInstallation() + vectorizerOf({ config: { formatting: { template: '$missing $chunk' } } }))
    expect(await refusal()).toContain(
      "VZ515 pgai's notes: the annotation is refused with VZ106: Note.text: the template names `$missing`",
    )

    const byHand = (annotation: string) => schema.replace('  text', `  /// ${annotation}\n  text`)
    await project.write('prisma/schema.prisma', byHand('@vectorizer(dimensions: 4)'))
    expect(await refusal()).toContain("VZ515 pgai's notes: its vectors are vector(3), and Note.text says vector(4).")
    await project.write('prisma/schema.prisma', byHand('@vectorizer(dimensions: 3)'))
    expect((await adopt()).stdout).toMatch(/^prisma\/schema\.prisma:\d+ has its annotation already\.$/mu)

    await sql(`UPDATE ai.vectorizer SET config = jsonb_set(config, '{formatting,template}', '"$chunk"')`)
    await project.write('prisma/schema.prisma', schema.replace(note, note.replaceAll('Note', 'Other')))
    const unknown = await refusal()
    expect(unknown).toContain(`VZ515 pgai's notes: no model of the schema has the table "public"."Note".`)
    expect(unknown).toContain('Run `prisma db pull`.')

    await project.write('prisma/schema.prisma', schema)
    await project.remove('prisma/migrations')
    const unbaselined = await refusal()
    expect(unbaselined).toContain(`VZ515 pgai's notes: no migration creates "Note".`)
    expect(unbaselined).toContain('prisma migrate resolve --applied 0_init')

    await sql('DROP VIEW "Note_embedding"; ALTER TABLE "Note_embedding_store" ALTER COLUMN embedding TYPE vector(4)')
    expect(await refusal()).toContain('is vector(4), and its vectors have 3 dimensions')
    expect(await project.read('prisma/schema.prisma')).toBe(schema)
  })
})
