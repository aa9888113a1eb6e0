// Dimensions, type, distance and index: what they are unless given, and which go together (VZ111, VZ115).
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf, specOf } from './support/schema.ts'

const settingsOf = (args: string) => {
  const { type, distance, index } = specOf(blogPost(args))
  return { type, distance, index }
}
const failureIn = (args: string) => messageOf(blogPost(args)).split('\n')[0]

describe('defaults', () => {
  test.each([
    ['dimensions: 3', 'vector', 'cosine', true],
    ['dimensions: 3, type: halfvec', 'halfvec', 'cosine', false],
    ['dimensions: 3, type: sparsevec', 'sparsevec', 'cosine', false],
    ['dimensions: 3, type: bit', 'bit', 'hamming', false],
  ])('%s', (args, type, distance, halfvec) => {
    expect(settingsOf(args)).toEqual({
      type,
      distance,
      index: { kind: 'hnsw', m: 16, efConstruction: 64, halfvec, bit: false, minRows: null },
    })
  })

  test('of each index', () => {
    const bits = { kind: 'hnsw', m: 16, efConstruction: 64, halfvec: false, bit: true, minRows: null }
    expect(settingsOf('dimensions: 3, index: hnsw(bit: true)').index).toEqual(bits)
    expect(settingsOf('dimensions: 3, type: halfvec, index: hnsw(bit: true, halfvec: false)').index).toEqual(bits)
    expect(settingsOf('dimensions: 3, index: hnsw(bit: false)').index).toEqual({ ...bits, halfvec: true, bit: false })
    expect(settingsOf('dimensions: 3, index: ivfflat').index).toEqual({
      kind: 'ivfflat',
      lists: 100,
      halfvec: true,
      minRows: null,
    })
    expect(settingsOf('dimensions: 3, type: halfvec, index: ivfflat(lists: 7, halfvec: false)').index).toEqual({
      kind: 'ivfflat',
      lists: 7,
      halfvec: false,
      minRows: null,
    })
    const unset = {
      kind: 'diskann',
      storageLayout: null,
      numNeighbors: null,
      searchListSize: null,
      maxAlpha: null,
      numDimensions: null,
      numBitsPerDimension: null,
      minRows: null,
    }
    expect(settingsOf('dimensions: 3, index: diskann').index).toEqual(unset)
    expect(
      settingsOf(
        'dimensions: 30, index: diskann(storageLayout: memory_optimized, numNeighbors: 50, searchListSize: 100, maxAlpha: 1.2, numDimensions: 20, numBitsPerDimension: 2)',
      ).index,
    ).toEqual({
      kind: 'diskann',
      storageLayout: 'memory_optimized',
      numNeighbors: 50,
      searchListSize: 100,
      maxAlpha: 1.2,
      numDimensions: 20,
      numBitsPerDimension: 2,
      minRows: null,
    })
  })
})

describe('minRows', () => {
  test.each([
    ['hnsw(minRows: 100000)', 100_000],
    ['hnsw(minRows: 2147483647, m: 8)', 2_147_483_647],
    ['ivfflat(minRows: 1)', 1],
    ['hnsw(bit: true, minRows: 5)', 5],
  ])('index: %s', (index, minRows) => {
    expect(settingsOf(`dimensions: 3, index: ${index}`).index).toMatchObject({ minRows })
  })

  test.each(['0', '1.5', '2147483648', 'null'])('minRows: %s is VZ108', (minRows) => {
    expect(failureIn(`dimensions: 3, index: hnsw(minRows: ${minRows})`)).toBe(
      'VZ108 BlogPost.content: `index.minRows` must be a whole number from 1 to 2147483647.',
    )
  })

  test('VZ115 where Prisma sees the index', () => {
    expect(messageOf(blogPost('dimensions: 3, index: hnsw(halfvec: false, minRows: 5)'))).toMatchInlineSnapshot(`
      "VZ115 BlogPost.content: \`index.minRows\` cannot go with an index over the plain column.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, index: hnsw(halfvec: false, minRows: 5))
           |                                  ^
        why: Prisma Migrate sees such an index: it would make a btree of that name where the index is not built yet, and drop one that is built later.
        fix: Remove \`minRows\`, or \`halfvec: false\`."
    `)
  })

  test.each([
    ['index: diskann(minRows: 5)', '`diskann`'],
    ['type: halfvec, index: hnsw(minRows: 5)', 'an index over the plain column'],
    ['type: bit, index: ivfflat(minRows: 5)', 'an index over the plain column'],
  ])('VZ115 of %s too', (args, what) => {
    expect(failureIn(`dimensions: 3, ${args}`)).toBe(
      `VZ115 BlogPost.content: \`index.minRows\` cannot go with ${what}.`,
    )
  })
})

describe('what goes together', () => {
  test.each([
    'dimensions: 16000, index: none',
    'dimensions: 16000, index: diskann',
    'dimensions: 4000',
    'dimensions: 16000, index: hnsw(bit: true)',
    'dimensions: 16000, type: halfvec, index: hnsw(bit: true)',
    'dimensions: 3072',
    'dimensions: 2000, index: hnsw(halfvec: false), distance: l1',
    'dimensions: 4000, type: halfvec, index: ivfflat, distance: ip',
    'dimensions: 64000, type: bit',
    'dimensions: 64, type: bit, distance: jaccard',
    'dimensions: 64, type: bit, index: ivfflat',
    'dimensions: 1000000000, type: sparsevec, distance: l1',
    'dimensions: 2000, index: diskann(storageLayout: plain), distance: l2',
    'dimensions: 3000, index: diskann(storageLayout: plain, numDimensions: 2000)',
  ])('%s', (args) => {
    expect(specOf(blogPost(args)).kind).toBe('vectorizer')
  })
})

describe('VZ115, a distance', () => {
  test.each([
    ['hamming', 'vector'],
    ['jaccard', 'halfvec'],
    ['cosine', 'bit'],
    ['l1', 'bit'],
    ['hamming', 'sparsevec'],
  ])('%s does not exist between vectors of type %s', (distance, type) => {
    expect(failureIn(`dimensions: 3, type: ${type}, distance: ${distance}`)).toBe(
      `VZ115 BlogPost.content: the distance ${distance} does not exist between vectors of type ${type}.`,
    )
  })

  test('says which there are', () => {
    expect(messageOf(blogPost('dimensions: 3, distance: hamming'))).toMatchInlineSnapshot(`
      "VZ115 BlogPost.content: the distance hamming does not exist between vectors of type vector.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, distance: hamming)
           |                                  ^
        why: pgvector has cosine, l2, ip, l1 for vector.
        fix: Write \`distance: cosine\`, or \`type: bit\`."
    `)
  })

  test.each([
    ['index: ivfflat, distance: l1', 'an IVFFlat index over halfvec cannot be searched by the distance l1.'],
    [
      'index: ivfflat, type: bit, distance: jaccard',
      'an IVFFlat index over bit cannot be searched by the distance jaccard.',
    ],
    ['index: diskann, distance: l1', 'a StreamingDiskANN index over vector cannot be searched by the distance l1.'],
    ['index: diskann(storageLayout: plain), distance: ip', 'the layout `plain` cannot be searched by the distance ip.'],
  ])('and an index: %s', (args, fact) => {
    expect(failureIn(`dimensions: 3, ${args}`)).toBe(`VZ115 BlogPost.content: ${fact}`)
  })
})

describe('VZ115, an index', () => {
  test.each([
    ['type: sparsevec, index: ivfflat', 'an IVFFlat index cannot hold vectors of type sparsevec.'],
    ['type: halfvec, index: diskann', 'a StreamingDiskANN index cannot hold vectors of type halfvec.'],
    ['type: bit, index: diskann', 'a StreamingDiskANN index cannot hold vectors of type bit.'],
    ['type: halfvec, index: hnsw(halfvec: true)', '`index.halfvec` is for vectors of type vector, not halfvec.'],
    ['type: bit, index: ivfflat(halfvec: true)', '`index.halfvec` is for vectors of type vector, not bit.'],
    ['type: bit, index: hnsw(bit: true)', '`index.bit` is for vectors of type vector or halfvec, not bit.'],
    ['type: sparsevec, index: hnsw(bit: true)', '`index.bit` is for vectors of type vector or halfvec, not sparsevec.'],
    ['index: hnsw(bit: true), distance: l2', '`index.bit` is for the distance cosine, not l2.'],
    ['type: halfvec, index: hnsw(bit: true), distance: ip', '`index.bit` is for the distance cosine, not ip.'],
    ['index: hnsw(bit: true, halfvec: true)', '`index.bit` and `index.halfvec` exclude each other.'],
    [
      'index: diskann(storageLayout: plain, numBitsPerDimension: 2)',
      '`index.numBitsPerDimension` means nothing with the layout `plain`.',
    ],
  ])('%s', (args, fact) => {
    expect(failureIn(`dimensions: 3, ${args}`)).toBe(`VZ115 BlogPost.content: ${fact}`)
  })

  test('says what to write', () => {
    expect(messageOf(blogPost('dimensions: 3, type: sparsevec, index: ivfflat'))).toMatchInlineSnapshot(`
      "VZ115 BlogPost.content: an IVFFlat index cannot hold vectors of type sparsevec.
        --> schema.prisma:4:51
         4 |   /// @vectorizer(dimensions: 3, type: sparsevec, index: ivfflat)
           |                                                   ^
        why: It holds vector, halfvec, bit.
        fix: Write \`index: hnsw\`."
    `)
  })
})

test('VZ108: diskann indexes no more dimensions than there are', () => {
  expect(messageOf(blogPost('dimensions: 3, index: diskann(numDimensions: 4)'))).toMatchInlineSnapshot(`
    "VZ108 BlogPost.content: \`index.numDimensions\` is 4, and the vectors have 3.
      --> schema.prisma:4:34
       4 |   /// @vectorizer(dimensions: 3, index: diskann(numDimensions: 4))
         |                                  ^
      why: It says how many of the dimensions are indexed, from the first on.
      fix: Leave it out to index all of them."
  `)
})

describe('VZ111, more dimensions than the index holds', () => {
  test('4000 in half precision', () => {
    expect(messageOf(blogPost('dimensions: 4001'))).toMatchInlineSnapshot(`
      "VZ111 BlogPost.content: an HNSW index over halfvec holds 4000 dimensions, not 4001.
        --> schema.prisma:4:19
         4 |   /// @vectorizer(dimensions: 4001)
           |                   ^
        why: A whole vector has to fit one 8 kB page of the index.
        fix: Use \`index: hnsw(bit: true)\` (one bit per dimension), \`index: none\` (exact search), or ask the model for fewer dimensions."
    `)
  })

  test('2000 in full precision', () => {
    expect(messageOf(blogPost('dimensions: 2001, index: hnsw(halfvec: false)'))).toMatchInlineSnapshot(`
      "VZ111 BlogPost.content: an HNSW index over vector holds 2000 dimensions, not 2001.
        --> schema.prisma:4:37
         4 |   /// @vectorizer(dimensions: 2001, index: hnsw(halfvec: false))
           |                                     ^
        why: A whole vector has to fit one 8 kB page of the index.
        fix: Remove \`halfvec: false\`: half precision indexes up to 4000 dimensions at the same recall."
    `)
    expect(messageOf(blogPost('dimensions: 5000, index: hnsw(halfvec: false), distance: l2'))).toContain(
      'fix: Use `index: none`',
    )
    expect(failureIn('dimensions: 2001, index: ivfflat(halfvec: false)')).toContain(
      'an IVFFlat index over vector holds 2000',
    )
  })

  test('4000 of halfvec, 2000 of the plain layout', () => {
    expect(messageOf(blogPost('dimensions: 4001, type: halfvec'))).toContain(
      'fix: Use `index: hnsw(bit: true)` (one bit per dimension), `index: none`',
    )
    expect(failureIn('dimensions: 2001, index: diskann(storageLayout: plain)')).toBe(
      'VZ111 BlogPost.content: the layout `plain` holds 2000 dimensions, not 2001.',
    )
  })
})
