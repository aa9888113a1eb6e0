// What `adopt` shows: the annotations and where they go, the migrations, and what happens next.
import type { GeneratorTools } from '../generator-tools.ts'
import type { PgaiVectorizer } from './installation.ts'
import type { Adopted, Adoption } from './plan-adoption.ts'

/** One vectorizer: where it comes to stand, what is in its store, and what could not be carried over. */
export function describeAdopted({ vectorizer, spec, store, notes }: Adopted, tools: GeneratorTools): readonly string[] {
  const unit = spec.store.kind === 'table' ? 'chunk' : 'vector'
  return [
    `${vectorizer.name} (${vectorizer.id}) → ${tools.placeOf(spec)}, as ${spec.accessor}`,
    `  ${counted(store.embedded - store.orphans, unit)} kept, none of them embedded again.`,
    ...(store.orphans > 0 ? [`  ${counted(store.orphans, unit)} without a row: deleted by the migration.`] : []),
    ...(store.pending > 0
      ? [`  ${counted(store.pending, 'row')} waiting or failed in pgai: queued by the migration.`]
      : []),
    ...notes.map((note) => `  note: ${note}`),
  ]
}

export function describeAnnotation({ place, lines, spec }: Adopted): readonly string[] {
  if (lines.length === 0) return [`${place.file}:${place.line} has its annotation already.`]
  return [`${place.file}:${place.line}, above ${spec.source.model}.${spec.source.text.field}:`, ...lines]
}

export const describeRemoved = ({ removed }: Adoption, isWritten: boolean): readonly string[] =>
  removed.map(
    ({ model, file, line }) =>
      `${file}:${line}: ${isWritten ? 'removed' : 'remove'} model ${model}: the generator derives the model of this store.`,
  )

export const describeWaiting = (waiting: readonly PgaiVectorizer[]): readonly string[] =>
  waiting.map(({ name }) => `${name} has its migration already: apply it with \`prisma migrate deploy\`.`)

export const nextSteps = (isWritten: boolean): readonly string[] => [
  isWritten ? 'Next:' : 'Nothing is written. Save both before `prisma generate`, or run this again with --write. Then:',
  '  1. stop pgai’s worker',
  '  2. prisma migrate deploy      (not `migrate dev`: pgai’s store is in no migration yet, which it would call drift)',
  '  3. prisma generate',
  '  4. prisma-vectorizer worker   (embeds what was waiting)',
]

const counted = (count: number, unit: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? unit : `${unit}s`}`
