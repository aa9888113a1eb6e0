// `index: hnsw(m: 16)`: the parameters of each access method, in the ranges that pgvector and pgvectorscale accept.
import { defaultIndex, type IndexSpec } from '@prisma-vectorizer/spec'
import {
  argumentsOf,
  callee,
  decimal,
  flag,
  integer,
  mistake,
  oneOf,
  type Reader,
  readArguments,
  wrongType,
} from './readers.ts'

/** As written: `halfvec` is undefined where nothing is said, since its default depends on the type of the vectors. */
export type IndexArgument =
  | (Omit<Extract<IndexSpec, { kind: 'hnsw' }>, 'halfvec' | 'bit'> & {
      readonly halfvec?: boolean
      readonly bit?: boolean
    })
  | (Omit<Extract<IndexSpec, { kind: 'ivfflat' }>, 'halfvec'> & { readonly halfvec?: boolean })
  | Extract<IndexSpec, { kind: 'diskann' | 'none' }>

const minRows = integer(1, 2_147_483_647)

/** pgvector's own default. */
const defaultLists = 100

export const index: Reader<IndexArgument> = (node, context) => {
  const given = argumentsOf(node)
  switch (callee(node)) {
    case 'none':
      readArguments(given, {}, context)
      return { kind: 'none' }
    case 'hnsw': {
      const readers = { m: integer(2, 100), efConstruction: integer(4, 1000), halfvec: flag, bit: flag, minRows }
      const { m, efConstruction } = defaultIndex
      const hnsw = {
        kind: 'hnsw',
        m,
        efConstruction,
        minRows: null,
        ...readArguments(given, readers, context),
      } as const
      if (hnsw.efConstruction >= 2 * hnsw.m) return hnsw
      throw mistake(
        'VZ108',
        node.offset,
        context,
        `\`index.efConstruction\` must be at least twice \`index.m\`: ${hnsw.efConstruction} is less than 2 × ${hnsw.m}.`,
        `Write \`hnsw(m: ${hnsw.m}, efConstruction: ${2 * hnsw.m})\`.`,
        `pgvector refuses the index otherwise. \`efConstruction\` is ${efConstruction} unless given.`,
      )
    }
    case 'ivfflat': {
      const readers = { lists: integer(1, 32_768), halfvec: flag, minRows }
      return { kind: 'ivfflat', lists: defaultLists, minRows: null, ...readArguments(given, readers, context) }
    }
    case 'diskann': {
      const readers = {
        storageLayout: oneOf('memory_optimized', 'plain'),
        numNeighbors: integer(10, 1000),
        searchListSize: integer(10, 1000),
        maxAlpha: decimal(1, 5),
        numDimensions: integer(1, 5000),
        numBitsPerDimension: integer(1, 32),
        minRows,
      }
      const unset = {
        storageLayout: null,
        numNeighbors: null,
        searchListSize: null,
        maxAlpha: null,
        numDimensions: null,
        numBitsPerDimension: null,
        minRows: null,
      }
      return { kind: 'diskann', ...unset, ...readArguments(given, readers, context) }
    }
    default:
      return wrongType(
        node,
        context,
        'hnsw(m: 16, efConstruction: 64), ivfflat(lists: 100), diskann(numNeighbors: 50, …) or none',
      )
  }
}
