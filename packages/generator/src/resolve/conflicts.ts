// Two things of one name: between vectorizers, and between a vectorizer and what the schema already has (VZ109).
import { VectorizerError, type VectorizerSpec } from '@prisma-vectorizer/spec'
import { placeOf } from '../annotation/parse-annotation.ts'
import type { AnnotationOptions } from '../annotation/read-arguments.ts'
import type { Datamodel } from '../read/dmmf.ts'
import type { AnnotationText } from '../read/scan-annotations.ts'

export interface ResolvedVectorizer {
  readonly annotation: AnnotationText
  readonly options: AnnotationOptions
  readonly spec: VectorizerSpec
}

/** Derived models themselves may be in `datamodel` (the generator sees them); they are told apart by name and table. */
export function checkConflicts(resolved: readonly ResolvedVectorizer[], datamodel: Datamodel): void {
  const seen = new Map<string, ResolvedVectorizer>()
  for (const vectorizer of resolved) {
    const { spec } = vectorizer
    claim(seen, vectorizer, 'store', `table ${spec.name}`, 'targetTable')
    claim(seen, vectorizer, 'accessor', `accessor ${spec.source.model}.${spec.accessor}`, 'name')
    claim(seen, vectorizer, 'model', `model ${spec.store.model}`, 'name')
    const owner = datamodel.models.find(
      (model) => model.table === spec.store.table && model.schema === spec.store.schema,
    )
    if (owner && owner.name !== spec.store.model) {
      throw conflict(
        vectorizer,
        `the store's table \`${spec.store.table}\` is the table of ${owner.name}`,
        'targetTable',
      )
    }
    const namesake = datamodel.models.find((model) => model.name === spec.store.model)
    if (namesake && namesake.table !== spec.store.table) {
      throw conflict(vectorizer, `the schema already has a model ${spec.store.model}`, 'name')
    }
    const parent = datamodel.models.find((model) => model.name === spec.source.model)
    const field = parent?.fields.find((candidate) => candidate.name === spec.accessor)
    if (field && field.type !== spec.store.model) {
      throw conflict(vectorizer, `${spec.source.model} already has a field ${spec.accessor}`, 'name')
    }
  }
}

function claim(
  seen: Map<string, ResolvedVectorizer>,
  vectorizer: ResolvedVectorizer,
  kind: string,
  what: string,
  option: 'name' | 'targetTable',
): void {
  const other = seen.get(`${kind} ${what}`)
  if (other) throw conflict(vectorizer, `the ${what} is also wanted by ${placeOf(other.annotation)}`, option)
  seen.set(`${kind} ${what}`, vectorizer)
}

function conflict({ annotation, options }: ResolvedVectorizer, what: string, option: 'name' | 'targetTable') {
  return new VectorizerError('VZ109', {
    fact: `${placeOf(annotation)}: ${what}.`,
    why: 'Each vectorizer keeps its embeddings in a store of its own.',
    fix: `Give this one another \`${option}: ${option === 'name' ? 'name' : '"table"'}\`.`,
    ...annotation.at(options.offsets[option] ?? 0),
  })
}
