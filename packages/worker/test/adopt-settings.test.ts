// A vectorizer's configuration in pgai → the arguments of our annotation, and what has no place in it.
import { describe, expect, test } from 'vitest'
import { annotationLines, quoted } from '../src/adopt/annotation-text.ts'
import { indexSettings } from '../src/adopt/index-settings.ts'
import type { PgaiConfig, PgaiVectorizer } from '../src/adopt/installation.ts'
import { accessorOf } from '../src/adopt/names.ts'
import { settingsOf } from '../src/adopt/settings.ts'
import type { IndexInUse } from '../src/adopt/store-in-use.ts'

const openai = {
  implementation: 'openai',
  model: 'text-embedding-3-small',
  dimensions: 768,
  api_key_name: 'OPENAI_API_KEY',
}

const vectorizer = (config: PgaiConfig = {}): PgaiVectorizer => ({
  id: 1,
  name: 'posts',
  source: { schema: 'public', table: 'posts' },
  key: ['id'],
  queues: { schema: 'ai', pending: 'q', failed: 'f' },
  config: { embedding: openai, chunking: { implementation: 'recursive_character_text_splitter' }, ...config },
  disabled: false,
})
const args = (config: PgaiConfig) => Object.fromEntries(settingsOf(vectorizer(config)).args)
const notes = (config: PgaiConfig) => settingsOf(vectorizer(config)).notes.join('\n')

describe('settings', () => {
  test('are only what differs from the defaults', () => {
    expect(settingsOf(vectorizer())).toEqual({
      args: [
        ['model', '"openai/text-embedding-3-small"'],
        ['dimensions', '768'],
      ],
      notes: [],
    })
  })

  test.each([
    ['ollama', 'nomic-embed-text', 'ollama/nomic-embed-text'],
    ['voyageai', 'voyage-3', 'voyage/voyage-3'],
    ['litellm', 'cohere/embed-english-v3.0', 'cohere/embed-english-v3.0'],
    ['litellm', 'gemini/text-embedding-004', 'google/text-embedding-004'],
    ['litellm', 'text-embedding-3-large', 'openai/text-embedding-3-large'],
    ['litellm', 'bedrock/amazon.titan-embed-text-v2:0', 'litellm/bedrock/amazon.titan-embed-text-v2:0'],
  ])('%s %s is the model %s', (implementation, model, expected) => {
    expect(args({ embedding: { implementation, model, dimensions: 768 } })['model']).toBe(`"${expected}"`)
  })

  test('say how text is cut', () => {
    const recursive = { implementation: 'recursive_character_text_splitter' }
    expect(args({ chunking: { ...recursive, chunk_size: 100, chunk_overlap: 400 } })['chunking']).toBe(
      'recursive(size: 100)',
    )
    expect(
      args({ chunking: { ...recursive, separators: ['\n\n', '\\d+'], is_separator_regex: true } })['chunking'],
    ).toBe(String.raw`recursive(separators: ["\n\n", "\\d+"], regex: true)`)
    expect(args({ chunking: { implementation: 'character_text_splitter', chunk_size: 800 } })['chunking']).toBe(
      'character',
    )
    expect(args({ chunking: { implementation: 'none' } })['chunking']).toBe('none')
    expect(() => settingsOf(vectorizer({ chunking: { implementation: 'semantic' } }))).toThrow(
      /^VZ515 pgai's posts: its chunking/u,
    )
  })

  test('say where documents are, and note what is not carried over', () => {
    const uri = { implementation: 'uri', column_name: 'url', retries: 3, aws_role_arn: 'arn:aws:iam::1:role/r' }
    expect(args({ loading: uri, parsing: { implementation: 'none' } })).toMatchObject({
      loading: 'uri',
      parsing: 'none',
    })
    expect(args({ loading: { implementation: 'column' }, parsing: { implementation: 'none' } })).not.toHaveProperty(
      'parsing',
    )
    const said = notes({
      loading: uri,
      parsing: { implementation: 'pymupdf' },
      embedding: { ...openai, api_key_name: 'KEY', base_url: 'http://x', user: 'me' },
      scheduling: { implementation: 'timescaledb' },
    })
    for (const word of [
      'KEY',
      'OPENAI_BASE_URL=http://x',
      'user "me"',
      'retries 3',
      'aws_role_arn',
      'parsing_pymupdf',
      'TimescaleDB',
    ]) {
      expect(said).toContain(word)
    }
    expect(
      notes({ embedding: { implementation: 'voyageai', model: 'v', dimensions: 3, input_type: 'document' } }),
    ).toBe('')
  })
})

describe('the index', () => {
  const store = { indexes: [], hasVectorscale: true, embedded: 5, orphans: 0, pending: 0 }
  const plain: IndexInUse = { name: 'own', method: 'hnsw', distance: 'cosine', options: {}, isPlain: true }
  const index = (config: PgaiConfig, indexes: readonly IndexInUse[] = [], keepIndex = false) =>
    indexSettings(vectorizer(config), { ...store, indexes }, keepIndex)

  test('is ours where pgai has none', () => {
    expect(index({ indexing: { implementation: 'none' } })).toEqual({
      args: [],
      notes: [expect.stringContaining('the migration builds one (5 vectors)')],
    })
  })

  test('is what pgai was told to build', () => {
    const hnsw = { implementation: 'hnsw', opclass: 'vector_l1_ops', m: 10, ef_construction: 100 }
    expect(index({ indexing: hnsw }).args).toEqual([
      ['distance', 'l1'],
      ['index', 'hnsw(m: 10, efConstruction: 100)'],
    ])
    const diskann = { implementation: 'diskann', storage_layout: 'plain', num_neighbors: 30, max_alpha: 1.5 }
    expect(index({ indexing: diskann }).args).toEqual([
      ['index', 'diskann(storageLayout: plain, numNeighbors: 30, maxAlpha: 1.5)'],
    ])
    expect(indexSettings(vectorizer({ indexing: diskann }), { ...store, hasVectorscale: false }, false).args).toEqual(
      [],
    )
  })

  test('is the one that there is, before what pgai was told', () => {
    const config = { indexing: { implementation: 'hnsw', opclass: 'vector_ip_ops' } }
    expect(index(config, [{ ...plain, options: { m: '8' }, distance: 'l2' }]).args).toEqual([
      ['distance', 'l2'],
      ['index', 'hnsw(m: 8)'],
    ])
    expect(index(config, [plain]).args).toEqual([])
    expect(index(config, [plain], true).args).toEqual([['index', 'hnsw(halfvec: false)']])
    expect(index(config, [{ ...plain, isPlain: false }], true).args).toEqual([])
    expect(index(config, [{ ...plain, method: 'ivfflat', options: { lists: '50' } }, plain])).toMatchObject({
      args: [['index', 'ivfflat(lists: 50)']],
      notes: [expect.anything(), 'Further vector indexes are dropped: "own".'],
    })
  })

  test('is none where no index holds so many dimensions', () => {
    expect(index({ embedding: { ...openai, dimensions: 8000 } }).args).toEqual([['index', 'none']])
  })
})

test('an annotation is one line, or one argument a line', () => {
  expect(annotationLines([['dimensions', '3']], '  ')).toEqual(['  /// @vectorizer(dimensions: 3)'])
  expect(annotationLines([['template', quoted(`"${'x'.repeat(100)}\n\u0007`)]], '')).toEqual([
    '/// @vectorizer(',
    `///   template: "\\"${'x'.repeat(100)}\\n\\u0007",`,
    '/// )',
  ])
})

test('a name that is taken gives way to the name of the table', () => {
  const model = { name: 'Post', fields: [{ name: 'contentEmbeddings' }], ignored: [] } as unknown as Parameters<
    typeof accessorOf
  >[2]
  expect(accessorOf('title', 'posts_large', model, [])).toBe('titleEmbeddings')
  expect(accessorOf('content', 'posts_large', model, [])).toBe('postsLarge')
  expect(accessorOf('content', '2nd', model, [{ model: 'Post', accessor: 'store2nd' }])).toBe('store2ndEmbeddings')
})
