// prisma-vectorizer recall: how many of the true neighbours the index finds, at which settings, and how fast.
import { access, constants, stat, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isVectorizerError, VectorizerError } from '@prisma-vectorizer/spec'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseCount } from '../arguments.ts'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { openDatabase } from '../database/open-database.ts'
import { isMisfit, sqlState } from '../pipeline/failure.ts'
import { type Measurement, measureRecall } from '../recall/measure.ts'
import { parseOwnQueries, readOwnQueries } from '../recall/own-queries.ts'
import { renderPlot } from '../recall/plot.ts'
import { type Recommendation, recommend } from '../recall/recommend.ts'
import { exactNote, planNotes, renderTable, renderUnindexed } from '../recall/table.ts'
import { findTarget, type RecallTarget } from '../recall/target.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface RecallFlags {
  readonly k: number
  readonly queries: number
  readonly seed: number
  readonly target: number
  /** A file. */
  readonly embeddings?: string
  readonly svg?: string
  readonly json?: boolean
  readonly databaseUrl?: string
}

export function recallCommand(commandLine: CommandLine): Command {
  const command = new Command('recall')
    .description('Measure the vector index against exact search on your own data, and recommend a setting for it.')
    .argument('[vectorizer]', 'e.g. BlogPost.contentEmbeddings, or a @vector field (default: the only one there is)')
    .addOption(new Option('--k <n>', 'neighbours wanted').argParser(parseNeighbours).default(10))
    .addOption(new Option('--queries <n>', 'how many to mix of stored vectors').argParser(parseCount).default(100))
    .addOption(new Option('--seed <n>', 'of which: the same ones each time').argParser(parseSeed).default(1))
    .addOption(new Option('--target <recall>', 'the recall wanted').argParser(parseTarget).default(0.95))
    .addOption(
      new Option('--embeddings <file>', 'queries of your own: a JSON array on each line').conflicts([
        'queries',
        'seed',
      ]),
    )
    .option('--svg <file>', 'also draw it: recall over time')
    .option('--json', 'as JSON, for programs')
    .addHelpText(
      'after',
      `
Examples:
  prisma-vectorizer recall
  prisma-vectorizer recall BlogPost.contentEmbeddings --k 20 --target 0.99 --svg recall.svg

It reads in one read-only transaction and leaves no setting behind. What it prints: docs/recall.md`,
    )
    .action((name: string | undefined, flags: RecallFlags) => showRecall(name, flags, commandLine))
  return withDatabaseOption(command)
}

async function showRecall(name: string | undefined, flags: RecallFlags, commandLine: CommandLine): Promise<void> {
  const { folder, stdout, stderr } = commandLine
  loadEnvironment(folder)
  const svg = flags.svg === undefined ? undefined : resolve(folder, flags.svg)
  if (svg !== undefined) await assertWritable(svg)
  const file = flags.embeddings === undefined ? undefined : resolve(folder, flags.embeddings)
  const text = file === undefined ? undefined : await readOwnQueries(file)
  const { database } = await openDatabase(await findDatabaseUrl(flags.databaseUrl, folder), 1)
  try {
    const target = await findTarget(database, name)
    const embeddings = text === undefined ? undefined : parseOwnQueries(text, target.spec)
    const options = { ...flags, embeddings, say: (message: string) => stderr.write(`${target.label}: ${message}\n`) }
    const measured = await measureRecall(database, target, options).catch((cause) =>
      Promise.reject(failure(target, cause)),
    )
    const recommendation = measured && recommend(measured, flags.target, target)
    if (svg !== undefined) await draw(svg, flags, target, measured, recommendation, stderr)
    if (flags.json) stdout.write(`${JSON.stringify(report(target, flags, measured, recommendation), null, 2)}\n`)
    else if (measured && recommendation) stdout.write(renderTable(target, measured, flags, recommendation))
    else stdout.write(renderUnindexed(target))
  } finally {
    await database.close()
  }
}

async function draw(
  file: string,
  { k, target: wanted }: RecallFlags,
  target: RecallTarget,
  measured: Measurement | undefined,
  recommendation: Recommendation | undefined,
  stderr: CommandLine['stderr'],
): Promise<void> {
  if (!measured || measured.points.length === 0) {
    stderr.write(`${file} is not written: without an index that is used there is nothing to draw.\n`)
    return
  }
  const title = `${target.label}: recall@${k}`
  const { points, knob } = measured
  const chosen = recommendation?.kind === 'exact' ? undefined : recommendation?.value
  const plot = renderPlot({ title, note: exactNote(measured), setting: knob.name, points, target: wanted, chosen })
  await writeFile(file, plot).catch((cause: unknown) => Promise.reject(unwritable(file, cause)))
}

/** Asked beforehand: who has waited for a measurement shall have it. */
async function assertWritable(file: string): Promise<void> {
  const folder = await stat(file)
    .then((found) => found.isDirectory())
    .catch(() => false)
  if (folder) throw unwritable(file, new Error('It is a folder.'))
  await access(dirname(file), constants.W_OK).catch((cause: unknown) => Promise.reject(unwritable(file, cause)))
}

const unwritable = (file: string, cause: unknown) =>
  new VectorizerError('VZ506', {
    fact: `\`--svg\`: ${file} cannot be written.`,
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'Name a file in a folder that exists and may be written to.',
    cause,
  })

function report(
  { label, spec }: RecallTarget,
  { k, seed, embeddings, target }: RecallFlags,
  measured: Measurement | undefined,
  recommendation: Recommendation | undefined,
) {
  const source = embeddings === undefined ? { seed } : { embeddings }
  const asked = { vectorizer: label, dimensions: spec.dimensions, distance: spec.distance, k, ...source, target }
  if (!measured) return { ...asked, index: null }
  const { vectors, queries, index, use, knob, points, exact } = measured
  return {
    ...asked,
    vectors,
    queries,
    index: { method: spec.index.kind, use, ...index },
    exact,
    setting: knob.name,
    default: knob.byDefault,
    points,
    recommendation,
    notes: planNotes(measured),
  }
}

/** A missing table, column or right has a code; anything else the database says stays as it is. */
function failure({ label }: RecallTarget, cause: unknown): unknown {
  if (isVectorizerError(cause) || !(cause instanceof Error) || !isMisfit(cause)) return cause
  const denied = sqlState(cause) === '42501'
  return new VectorizerError('VZ504', {
    fact: `${label}: ${cause.message}.`,
    why: denied
      ? 'The role that this command connects as lacks a right.'
      : 'The tables are not as the vectorizer was made for.',
    fix: denied ? 'Grant it SELECT on the table.' : '`prisma-vectorizer doctor` says what differs.',
    cause,
  })
}

function parseNeighbours(text: string): number {
  const k = parseCount(text)
  // pgvector's most `hnsw.ef_search`.
  if (k <= 1000) return k
  throw new InvalidArgumentError('It must be a whole number from 1 to 1000.')
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (/^\d+$/.test(text) && seed <= 2_147_483_647) return seed
  throw new InvalidArgumentError('It must be a whole number from 0 to 2147483647.')
}

function parseTarget(text: string): number {
  const target = Number(text)
  if (text.trim() !== '' && target > 0 && target <= 1) return target
  throw new InvalidArgumentError('It must be a number above 0 and at most 1, such as 0.95.')
}
