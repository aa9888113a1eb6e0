// Calls of every method, by a tenant whose rows have ids 1 to 12 and who must not see those from 101 on.

export type Model = 'blogPost' | 'blogPostContentEmbeddings' | 'note' | 'sample'

export interface TenantCall {
  readonly model: Model
  readonly method: string
  readonly name: string
  readonly args: readonly unknown[]
}

const east = [1, 0, 0]
const chunk = 'alpha own and new'
const essay = { kind: 'ESSAY' }

const of = (model: Model, method: string, calls: Readonly<Record<string, readonly unknown[]>>): TenantCall[] =>
  Object.entries(calls).map(([name, args]) => ({ model, method, name, args }))

const searches = {
  plain: [east, { take: 10 }],
  'more than there are': [east, { take: 100 }],
  'where all match': [east, { where: { views: { gte: 0 } }, take: 10 }],
  'where the other’s match': [east, { where: { OR: [{ authorId: 2 }, { title: { contains: 'secret' } }] } }],
  select: [east, { select: { title: true, authorId: true } }],
  include: [east, { include: { author: true, contentEmbeddings: { orderBy: { chunkSeq: 'asc' } } } }],
  omit: [east, { omit: { id: true, content: true } }],
  chunks: [east, { chunks: 3 }],
  embedding: [east, { embedding: true, chunks: 1 }],
  chunkWhere: [east, { chunkWhere: { chunk: { contains: 'part 1' } }, chunks: 2 }],
  'chunkWhere the other’s match': [east, { chunkWhere: { chunk: { contains: 'secret' } } }],
  skip: [east, { skip: 4, take: 5 }],
  'skip all': [east, { skip: 12 }],
  exact: [east, { exact: true }],
  distance: [east, { distance: 'l2' }],
  efSearch: [east, { efSearch: 10 }],
  maxDistance: [east, { maxDistance: 0.65 }],
  'maxDistance of the other’s': [east, { maxDistance: 0.1 }],
  minScore: [east, { minScore: 0.35 }],
  rerank: [east, { take: 4, candidates: 8, rerank: (_: unknown, hits: readonly unknown[]) => hits.toReversed() }],
  text: ['alpha'],
  keyword: ['alpha', { mode: 'keyword' }],
  'keyword of the other’s': ['secret', { mode: 'keyword' }],
  hybrid: ['alpha', { mode: 'hybrid', take: 5 }],
  'like an own row': [{ to: { id: 3 } }],
  'like a hidden row': [{ to: { id: 101 } }],
  'like a row by other fields': [{ to: { id: 101, authorId: 2 } }],
}

const posts: readonly TenantCall[] = [
  ...of('blogPost', 'findSimilar', searches),
  ...of('blogPost', 'findSimilarMany', {
    plain: [[east, [0, 1, 0]], { take: 10 }],
    include: [[east, [0, 1, 0]], { include: { author: true }, chunks: 2 }],
    where: [[east, [0, 1, 0]], { where: { views: { gte: 0 } }, skip: 3, take: 4 }],
    texts: [['alpha', 'own'], { mode: 'keyword' }],
    hybrid: [['alpha', 'own'], { mode: 'hybrid', take: 5 }],
    'like a hidden row': [[east, { to: { id: 101 } }]],
  }),
  ...of('blogPost', 'countSimilar', {
    all: [east, { maxDistance: 2 }],
    near: [east, { maxDistance: 0.1 }],
    where: [east, { maxDistance: 2, where: { authorId: { in: [1, 2] } } }],
    'like a hidden row': [{ to: { id: 101 } }, { maxDistance: 2 }],
  }),
  ...of('blogPost', 'findEmbeddings', {
    all: [{ orderBy: { id: 'asc' } }],
    'hidden rows': [{ where: { id: { in: [1, 101] } } }],
    select: [{ where: { id: { in: [1, 101] } }, select: { title: true, authorId: true } }],
  }),
  ...['averageEmbedding', 'sumEmbedding'].flatMap((method) =>
    of('blogPost', method, {
      all: [],
      grouped: [{ by: ['authorId', 'published'] }],
      'hidden rows': [{ where: { id: { gt: 100 } } }],
      'hidden rows, grouped': [{ where: { id: { gt: 11 } }, by: 'title' }],
    }),
  ),
  ...of('blogPost', 'upsertEmbeddings', {
    own: [
      {
        data: [
          { id: 1, chunk, embedding: east },
          { id: 2, chunkSeq: 7, chunk, embedding: east },
        ],
      },
    ],
    hidden: [{ data: [{ id: 101, chunk, embedding: east }] }],
    both: [
      {
        data: [
          { id: 1, chunk, embedding: east },
          { id: 101, chunk, embedding: east },
        ],
      },
    ],
    'both in batches': [
      {
        data: [
          { id: 1, chunk, embedding: east },
          { id: 101, chunk, embedding: east },
        ],
        batchSize: 1,
      },
    ],
  }),
  ...of('blogPost', 'deleteEmbeddings', {
    all: [{}],
    both: [{ where: { id: { in: [1, 101] } } }],
    hidden: [{ where: { authorId: 2 } }],
  }),
  // They are for vectors of the model itself.
  ...['updateEmbedding', 'updateEmbeddings', 'createWithEmbedding'].flatMap((method) =>
    of('blogPost', method, { refused: [{ where: { id: 101 }, embedding: east }] }),
  ),
]

const chunks: readonly TenantCall[] = [
  ...of('blogPostContentEmbeddings', 'findSimilar', {
    plain: [east],
    'include the row': [east, { include: { parent: true } }],
    'where the other’s match': [east, { where: { chunk: { contains: 'secret' } } }],
    keyword: ['alpha', { mode: 'keyword' }],
    'like a hidden chunk': [{ to: { id_chunkSeq: { id: 101, chunkSeq: 0 } } }],
  }),
  ...of('blogPostContentEmbeddings', 'findSimilarMany', { plain: [[east, [0, 1, 0]], { embedding: true }] }),
]

/** Of vectors of the model itself: the calls differ by the key and the name of the vectors. */
function ofColumn(
  model: Model,
  vectorizer: object,
  vector: readonly number[],
  keyOf: (id: number) => object,
): TenantCall[] {
  const text = model === 'note' ? 'text' : 'label'
  const by = (id: number) => (model === 'note' ? keyOf(id) : { kind_number: keyOf(id) })
  return [
    ...of(model, 'findSimilar', {
      plain: [vector, { ...vectorizer, take: 10 }],
      'with vectors': [vector, { ...vectorizer, embedding: true, exact: true }],
      'like a hidden row': [{ to: by(102) }, { ...vectorizer }],
    }),
    ...of(model, 'findSimilarMany', { plain: [[vector, vector], { ...vectorizer, take: 3 }] }),
    ...of(model, 'countSimilar', { all: [vector, { ...vectorizer, maxDistance: 2 }] }),
    ...of(model, 'findEmbeddings', { all: [{ ...vectorizer, orderBy: { [text]: 'asc' } }] }),
    ...of(model, 'averageEmbedding', { all: [{ ...vectorizer }] }),
    ...of(model, 'sumEmbedding', { grouped: [{ ...vectorizer, by: text }] }),
    ...of(model, 'deleteEmbeddings', {
      all: [{ ...vectorizer }],
      hidden: [{ ...vectorizer, where: { [text]: { startsWith: 'secret' } } }],
    }),
    ...of(model, 'updateEmbedding', {
      own: [{ ...vectorizer, where: by(2), embedding: vector }],
      hidden: [{ ...vectorizer, where: by(102), embedding: vector }],
      'hidden, with data': [{ ...vectorizer, where: by(102), data: { [text]: 'own now' }, embedding: vector }],
      'hidden, cleared': [{ ...vectorizer, where: by(102), embedding: null }],
    }),
    ...of(model, 'updateEmbeddings', {
      own: [
        {
          ...vectorizer,
          data: [
            { ...keyOf(2), embedding: vector },
            { ...keyOf(4), embedding: null },
          ],
        },
      ],
      hidden: [{ ...vectorizer, data: [{ ...keyOf(102), embedding: vector }] }],
      both: [
        {
          ...vectorizer,
          data: [
            { ...keyOf(2), embedding: vector },
            { ...keyOf(102), embedding: null },
          ],
          batchSize: 1,
        },
      ],
    }),
    ...of(model, 'createWithEmbedding', {
      own: [{ ...vectorizer, data: { ...keyOf(50), [text]: 'own new' }, embedding: vector }],
    }),
    ...of(model, 'upsertEmbeddings', {
      refused: [{ ...vectorizer, data: [{ ...keyOf(102), chunk, embedding: vector }] }],
    }),
  ]
}

export const tenantCalls: readonly TenantCall[] = [
  ...posts,
  ...chunks,
  ...ofColumn('note', {}, east, (id) => ({ id })),
  ...ofColumn('sample', { vectorizer: 'dense' }, [1, 0, 0, 0], (number) => ({ ...essay, number })),
]
