// What a database has of the vectorizers, read in a handful of queries. No row of a table of the application is read here.
import {
  type AnySpec,
  completeSpec,
  objectNames,
  type Queryable,
  quoteTable,
  specVersion,
  VectorizerError,
  type VectorizerSpec,
} from '@prisma-vectorizer/spec'
import { functionsSql, registrySql, serverSql, tablesSql, triggersSql, viewsSql } from './catalog-sql.ts'

export interface Extension {
  readonly installed: string | null
  readonly available: string | null
}

export interface RegistryEntry {
  readonly name: string
  readonly spec: AnySpec
  readonly paused: boolean
  /** Oids: of no table where it was dropped. */
  readonly source: string
  readonly store: string
}

export interface ColumnFacts {
  readonly name: string
  /** As `format_type` writes it, e.g. `timestamp(3) without time zone`. */
  readonly type: string
  readonly plain: boolean
}

export interface IndexFacts {
  readonly name: string
  readonly method: string
  readonly valid: boolean
  readonly unique: boolean
  readonly primary: boolean
  readonly partial: boolean
  /** Without its expressions. */
  readonly columns: readonly string[] | null
  /** Its first column or expression. */
  readonly expression: string
  readonly operatorClass: string
  /** `m=16`. */
  readonly options: readonly string[]
}

export interface TableFacts {
  readonly oid: string
  readonly schema: string
  readonly table: string
  readonly secured: boolean
  readonly partitioned: boolean
  /** Whether the doctor's role sees all of its rows. */
  readonly readable: boolean
  readonly columns: readonly ColumnFacts[]
  readonly indexes: readonly IndexFacts[]
  readonly foreignKeys: readonly { readonly name: string; readonly references: string; readonly columns: string[] }[]
}

export interface TriggerFacts {
  readonly name: string
  readonly tableOid: string
  /** Quoted. */
  readonly table: string
  /** `pg_trigger.tgenabled`: fires in ordinary sessions (O), in those of replication (R), in both (A) or never (D). */
  readonly fires: 'O' | 'R' | 'A' | 'D'
  /** `vectorizer.…`, not quoted. */
  readonly function: string
}

export interface FunctionFacts {
  readonly name: string
  readonly arguments: string
  readonly body: string
  readonly definer: boolean
  readonly fixedPath: boolean
  /** Whether everybody may call it. */
  readonly public: boolean
}

export interface Catalog {
  /** The role the doctor is connected as. */
  readonly role: string
  /** Oid of the registry; null where nothing of ours is installed. */
  readonly registryOid: string | null
  readonly extensions: Readonly<Record<'vector' | 'vectorscale', Extension>>
  readonly registry: readonly RegistryEntry[]
  readonly tables: readonly TableFacts[]
  readonly triggers: readonly TriggerFacts[]
  readonly functions: readonly FunctionFacts[]
  /** Quoted names of the views that are there. */
  readonly views: ReadonlySet<string>
}

interface ServerRow {
  readonly role: string
  readonly registry: string | null
  readonly readable: boolean | null
  readonly extensions: Record<string, Extension> | null
}

/** Throws VZ512 where the registry may not be read. */
export async function readCatalog(database: Queryable): Promise<Catalog> {
  const rows = async <R>(text: string, values: readonly unknown[] = []): Promise<readonly R[]> =>
    (await database.query(text, values)) as readonly unknown[] as readonly R[]
  const [server] = (await rows<ServerRow>(serverSql)) as [ServerRow]
  const none: Extension = { installed: null, available: null }
  const base = {
    role: server.role,
    registryOid: server.registry,
    extensions: {
      vector: server.extensions?.['vector'] ?? none,
      vectorscale: server.extensions?.['vectorscale'] ?? none,
    },
  }
  if (server.registry === null)
    return { ...base, registry: [], tables: [], triggers: [], functions: [], views: new Set() }
  if (!server.readable) throw registryHidden(server.role)
  const registry = (await rows<RegistryEntry>(registrySql)).map((entry) =>
    isKnown(entry) ? { ...entry, spec: completeSpec(entry.spec) } : entry,
  )
  const specs = registry
    .filter(isKnown)
    .map(({ spec }) => spec)
    .filter(isVectorizer)
  const oids = [...new Set(registry.flatMap(({ source, store }) => [source, store]))]
  const triggers = specs.flatMap((spec) =>
    [true, false].flatMap((partitioned) => triggersOf(spec, partitioned).map(({ name }) => name)),
  )
  const views = specs.flatMap(({ view }) =>
    view ? [{ ...view, quoted: quoteTable({ schema: view.schema, table: view.name }) }] : [],
  )
  const tables = await rows<TableFacts>(tablesSql, [JSON.stringify(oids)])
  return {
    ...base,
    registry,
    tables: tables.map((table) => ({
      ...table,
      columns: table.columns ?? [],
      indexes: table.indexes ?? [],
      foreignKeys: table.foreignKeys ?? [],
    })),
    triggers: await rows<TriggerFacts>(triggersSql, [JSON.stringify(triggers)]),
    functions: await rows<FunctionFacts>(functionsSql),
    views: new Set((await rows<{ name: string }>(viewsSql, [JSON.stringify(views)])).map(({ name }) => name)),
  }
}

/** A spec of another version may have any shape: nothing of it is read. */
export const isKnown = ({ spec }: RegistryEntry): boolean => spec.version === specVersion

const isVectorizer = (spec: AnySpec): spec is VectorizerSpec => spec.kind === 'vectorizer'

/** A trigger on a source, the function it calls, and the sessions it fires in. */
export interface ExpectedTrigger {
  readonly name: string
  readonly function: string
  readonly fires: 'O' | 'R' | 'A'
}

/** Row triggers are cloned to partitions, statement triggers are not: a partitioned source has one of the former. */
export function triggersOf(spec: VectorizerSpec, partitioned: boolean): readonly ExpectedTrigger[] {
  const names = objectNames(spec)
  const ordinary = (name: string, called: string): ExpectedTrigger => ({ name, function: called, fires: 'O' })
  return [
    ...(partitioned
      ? [ordinary(names.rowTrigger, names.rowFunction)]
      : [
          ordinary(names.insertTrigger, names.insertFunction),
          ordinary(names.guardTrigger, names.guardFunction),
          ordinary(names.updateTrigger, names.updateFunction),
          ordinary(names.deleteTrigger, names.deleteFunction),
        ]),
    { name: names.truncateTrigger, function: names.truncateFunction, fires: spec.replicated ? 'A' : 'O' },
    ...(spec.replicated ? [{ name: names.replicaTrigger, function: names.rowFunction, fires: 'R' } as const] : []),
  ]
}

function registryHidden(role: string): VectorizerError {
  return new VectorizerError('VZ512', {
    fact: `The role \`${role}\` may not read the registry of vectorizers.`,
    why: 'It says what the database should have.',
    fix: 'Connect as the owner of the tables and name the role to be checked: `--database-url …  --worker-role …`.',
  })
}
