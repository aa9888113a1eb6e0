// Searches as a role that sees some of the rows: the policies of PostgreSQL decide, nothing of ours.
import { expect, test } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { manifest } from './fixture/manifest.ts'
import { fixtureSql, openFixture } from './support/clients.ts'

const posts = 6000
const notes = 3000
const role = 'vectorizer_test_reader'

// Bob's posts lie within a radian of east, Ann's hundred beyond and far enough apart for half precision to tell them.
const rows = `
INSERT INTO "Author" ("id", "name") VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO "BlogPost" ("id", "title", "content", "authorId")
  SELECT n, 'post ' || n, '', CASE WHEN n <= ${posts - 100} THEN 2 ELSE 1 END FROM generate_series(1, ${posts}) n;
INSERT INTO "BlogPost_embedding_store" ("id", "chunk_seq", "chunk", "embedding")
  SELECT n, 0, 'of ' || n, ARRAY[cos(angle), sin(angle), 0]::real[]::vector
  FROM generate_series(1, ${posts}) n,
    LATERAL (SELECT CASE WHEN n <= ${posts - 100} THEN n / ${posts}.0 ELSE 1.5 + (n - ${posts - 100}) / 100.0 END AS angle) a;
INSERT INTO "Note" SELECT n, 'note', ARRAY[cos(n * 3.0 / ${notes}), sin(n * 3.0 / ${notes}), 0]::real[]::vector
  FROM generate_series(1, ${notes}) n;
ANALYZE;

ALTER TABLE "BlogPost" ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_ann ON "BlogPost" USING ("authorId" = 1);
ALTER TABLE "BlogPost_embedding_store" ENABLE ROW LEVEL SECURITY;
CREATE POLICY vectorizer_parent ON "BlogPost_embedding_store" USING (
  EXISTS (SELECT FROM "BlogPost" p WHERE p."id" = "BlogPost_embedding_store"."id")
);
ALTER TABLE "Note" ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON "Note" USING ("id" % 2 = 1);

DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role};
`

test('a role finds the rows it may see, and as many of them as it asks for', async () => {
  await using fixture = await openFixture('pg', `${await fixtureSql('tables')}\n${rows}`)
  const db = fixture.prisma.$extends(createVectorizer(manifest)())
  const east = [1, 0, 0]
  const ofBob = await db.blogPost.findSimilar(east, { take: 100 })
  expect(ofBob.map(({ authorId }) => authorId)).toEqual(Array(100).fill(2))

  try {
    // The client has one connection, so this holds for whatever follows.
    await fixture.prisma.$executeRawUnsafe(`SET ROLE ${role}`)
    const nearestOfAnn = Array.from({ length: 10 }, (_, index) => posts - 99 + index)

    const parents = await db.blogPost.findSimilar(east, { take: 10 })
    expect(parents.map(({ id }) => id)).toEqual(nearestOfAnn)
    expect(parents.map(({ _chunk }) => _chunk.chunk)).toEqual(nearestOfAnn.map((id) => `of ${id}`))
    const chunks = await db.blogPostContentEmbeddings.findSimilar(east, { take: 10 })
    expect(chunks.map(({ chunk }) => chunk)).toEqual(nearestOfAnn.map((id) => `of ${id}`))

    expect(await db.blogPost.findSimilar(east, { take: 200, select: { id: true } })).toHaveLength(100)
    expect(await db.blogPostContentEmbeddings.findSimilar(east, { take: 200, select: { id: true } })).toHaveLength(100)

    const filter = { content: '' }
    expect((await db.blogPost.findSimilar(east, { take: 10, where: filter })).map(({ id }) => id)).toEqual(nearestOfAnn)
    const ofParents = await db.blogPostContentEmbeddings.findSimilar(east, { take: 10, where: { parent: filter } })
    expect(ofParents.map(({ id }) => id)).toEqual(nearestOfAnn)
    expect(await db.blogPost.findSimilar(east, { where: { id: { lt: 100 } } })).toEqual([])

    // A source that holds its vectors itself needs no policy but its own.
    const odd = (await db.note.findSimilar(east, { take: 10 })).map(({ id }) => id)
    expect(odd).toHaveLength(10)
    expect(odd.filter((id) => id % 2 === 0 || id > 100)).toEqual([])
  } finally {
    // The role belongs to the server, the rights to the database, which goes as a whole.
    await fixture.prisma.$executeRawUnsafe('RESET ROLE')
    await fixture.prisma.$executeRawUnsafe(`DROP OWNED BY ${role}`)
    await fixture.prisma.$executeRawUnsafe(`DROP ROLE ${role}`)
  }
})
