// Derived by prisma-vectorizer: change the annotations of the schema and run `prisma generate`.
import { createVectorizer, createVectorSql } from '@prisma-vectorizer/client'

/** What the schema says, as data: the literal types of this value are the types of `findSimilar`. */
export const manifest = {
  "version": 1,
  "vectorizers": [
    {
      "version": 1,
      "kind": "vectorizer",
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
        ],
        "filter": null,
        "loading": "column",
        "parsing": "auto"
      },
      "store": {
        "kind": "table",
        "model": "BlogPostContentEmbeddings",
        "schema": null,
        "table": "BlogPost_embedding_store",
        "parentField": "parent",
        "relation": null,
        "onDelete": "Cascade",
        "onUpdate": "Cascade",
        "foreignKey": true
      },
      "dimensions": 768,
      "type": "vector",
      "distance": "cosine",
      "index": {
        "kind": "hnsw",
        "m": 8,
        "efConstruction": 32,
        "halfvec": true,
        "bit": false,
        "minRows": null
      },
      "roles": {
        "worker": null,
        "application": null
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
        "regex": false,
        "keepSeparator": true
      },
      "template": "$title - $chunk",
      "view": null,
      "batchSize": null,
      "concurrency": null,
      "textSearch": null,
      "replicated": false
    }
  ],
  "vectors": []
} as const

/** The client extension: `new PrismaClient({ adapter }).$extends(vectorizer())`. */
export const vectorizer = createVectorizer(manifest)

/** Distances and store tables for `$queryRaw`: `const { cosineDistance } = vectorSql(Prisma)`. */
export const vectorSql = createVectorSql(manifest)
