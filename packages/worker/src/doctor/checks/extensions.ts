// The extensions: there, and new enough for what is asked of them.
import { type AnySpec, indexesHalfvec } from '@prisma-vectorizer/spec'
import type { Catalog } from '../catalog.ts'
import type { Complaint } from '../finding.ts'

/** `specs`: what the database is to serve. */
export function checkExtensions(
  { extensions, registryOid }: Pick<Catalog, 'extensions' | 'registryOid'>,
  specs: readonly AnySpec[],
): Complaint[] {
  const { vector, vectorscale } = extensions
  // The first migration creates it, where the server has it.
  if (specs.length === 0 || (registryOid === null && vector.available !== null)) return []
  const needsScale = vectorscale.installed === null && specs.some(({ index }) => index.kind === 'diskann')
  return [
    ...(vector.installed === null
      ? [absent('DR201', 'vector', 'pgvector', vector.available)]
      : checkVersion(vector, specs)),
    ...(needsScale ? [absent('DR204', 'vectorscale', 'pgvectorscale', vectorscale.available)] : []),
  ]
}

function absent(code: 'DR201' | 'DR204', name: string, product: string, available: string | null): Complaint {
  const sql = `CREATE EXTENSION ${name}${name === 'vectorscale' ? ' CASCADE' : ''};`
  return {
    code,
    fact: `The extension ${name} is not installed in this database.`,
    ...(available === null ? { fix: `Install ${product} on the server, then run \`${sql}\`.` } : { sql }),
  }
}

function checkVersion(
  { installed, available }: Catalog['extensions']['vector'],
  specs: readonly AnySpec[],
): Complaint[] {
  const version = installed ?? ''
  const update = 'ALTER EXTENSION vector UPDATE;'
  const isOlder = (other: string) => compareVersions(version, other) < 0
  const mend = (needed: string) =>
    available !== null && compareVersions(available, needed) >= 0
      ? { sql: update }
      : { fix: `Install pgvector ${needed} or newer on the server, then run \`${update}\`.` }
  if (isOlder('0.7') && specs.some((spec) => spec.type !== 'vector' || indexesHalfvec(spec))) {
    const why = 'Types halfvec, sparsevec and bit, and indexes over them, need 0.7; filtered search needs 0.8.'
    return [{ code: 'DR202', fact: `pgvector is ${version}, older than 0.7.`, why, ...mend('0.8') }]
  }
  if (isOlder('0.8') && specs.some(({ index }) => index.kind === 'hnsw' || index.kind === 'ivfflat')) {
    const why = 'Searches ask for its iterative index scans, and fail without.'
    return [{ code: 'DR202', fact: `pgvector is ${version}, older than 0.8.`, why, ...mend('0.8') }]
  }
  if (available === null || !isOlder(available)) return []
  return [
    { code: 'DR203', level: 'warning', fact: `pgvector is ${version}; the server has ${available}.`, sql: update },
  ]
}

/** Negative where `one` is older than `other`. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0))
  for (let part = 0; part < Math.max(a?.length ?? 0, b?.length ?? 0); part++) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
