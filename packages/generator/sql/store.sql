-- The store, spelled as Prisma Migrate spells the model {{storeModel}}.
CREATE TABLE {{store}} (
    "embedding_uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
{{keyColumns}}
    "chunk_seq" INTEGER NOT NULL,
    "chunk" TEXT NOT NULL,
    {{vectorColumn}} {{vectorType}} NOT NULL,

    CONSTRAINT {{primaryKey}} PRIMARY KEY ("embedding_uuid")
);

CREATE UNIQUE INDEX {{uniqueKey}} ON {{store}}({{storeKey}}, "chunk_seq");
