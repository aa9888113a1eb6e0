-- CreateTable
CREATE TABLE "Author" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "Author_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BlogPost" (
    "id" SERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "content" TEXT NOT NULL,
    "authorId" INTEGER,

    CONSTRAINT "BlogPost_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BlogPost_embedding_store" (
    "embedding_uuid" UUID NOT NULL DEFAULT gen_random_uuid(),
    "id" INTEGER NOT NULL,
    "chunk_seq" INTEGER NOT NULL,
    "chunk" TEXT NOT NULL,
    "embedding" vector(768) NOT NULL,

    CONSTRAINT "BlogPost_embedding_store_pkey" PRIMARY KEY ("embedding_uuid")
);

-- CreateIndex
CREATE UNIQUE INDEX "BlogPost_embedding_store_id_chunk_seq_key" ON "BlogPost_embedding_store"("id", "chunk_seq");

-- AddForeignKey
ALTER TABLE "BlogPost" ADD CONSTRAINT "BlogPost_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "Author"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BlogPost_embedding_store" ADD CONSTRAINT "BlogPost_embedding_store_id_fkey" FOREIGN KEY ("id") REFERENCES "BlogPost"("id") ON DELETE CASCADE ON UPDATE CASCADE;
