// Derived by prisma-vectorizer: change the @vectorizer annotations and run `prisma generate`.
import { createVectorizer } from '@prisma-vectorizer/client'

/** What the schema says, as data: the literal types of this value are the types of `findSimilar`. */
export const manifest = {
  "version": 1,
  "vectorizers": [
    {
      "version": 1,
      "name": "BlogPost_embedding_store",
      "accessor": "contentEmbeddings",
      "source": {
        "model": "BlogPost",
        "schema": null,
        "table": "BlogPost",
        "key": [
          {
            "field": "id",
            "column": "id",
            "type": "Int",
            "sqlType": "INTEGER",
            "storeField": "id",
            "storeColumn": "id"
          }
        ],
        "text": {
          "field": "content",
          "column": "content"
        },
        "templateColumns": [
          {
            "field": "title",
            "column": "title"
          }
        ]
      },
      "store": {
        "model": "BlogPostContentEmbeddings",
        "schema": null,
        "table": "BlogPost_embedding_store"
      },
      "dimensions": 768,
      "type": "vector",
      "distance": "cosine",
      "index": {
        "kind": "hnsw",
        "m": 8,
        "efConstruction": 32,
        "halfvec": true
      },
      "model": "local/hash",
      "chunking": {
        "kind": "recursive",
        "size": 800,
        "overlap": 100,
        "separators": [
          "\n\n",
          "\n",
          ".",
          "?",
          "!",
          " ",
          ""
        ],
        "regex": false
      },
      "template": "$title - $chunk"
    }
  ]
} as const

/** The client extension: `new PrismaClient({ adapter }).$extends(vectorizer())`. */
export const vectorizer = createVectorizer(manifest)
