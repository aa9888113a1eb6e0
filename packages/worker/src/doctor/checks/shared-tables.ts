// The tables in which workers note errors, progress and themselves.
import { vectorizerSchema } from '@prisma-vectorizer/spec'
import type { GeneratorTools } from '../../generator-tools.ts'
import type { Catalog, TableFacts } from '../catalog.ts'
import type { Complaint } from '../finding.ts'

/** In schema `vectorizer`. */
export const sharedTable = ({ tables }: Pick<Catalog, 'tables'>, name: string): TableFacts | undefined =>
  tables.find(({ schema, table }) => schema === vectorizerSchema && table === name)

export function checkSharedTables(catalog: Catalog, tools: GeneratorTools | undefined): Complaint[] {
  if (!tools || catalog.registryOid === null) return []
  return tools.expectedTables().flatMap(({ name, columns }): Complaint[] => {
    const found = sharedTable(catalog, name)
    const complaint = (fact: string): Complaint => ({
      code: 'DR707',
      fact: `The table ${vectorizerSchema}.${name} ${fact}.`,
      why: 'Workers embed without it, but what `status` and `errors` tell is not written down.',
      sql: tools.repairs.sharedTable(name),
    })
    if (!found) return [complaint('does not exist')]
    const differing = columns.flatMap((column) => {
      const type = found.columns.find((each) => each.name === column.name)?.type
      if (type === undefined) return [`has no column ${column.name}`]
      return tools.isOtherType(type, column.type) ? [`has ${column.name} as ${type}, not ${column.type}`] : []
    })
    return differing.length === 0 ? [] : [complaint(differing.join(', '))]
  })
}
