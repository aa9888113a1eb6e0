// Texts embedded inside the database, by functions of the signatures that pgai's have.
import type { VectorizerSpec } from '@prisma-vectorizer/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVectorizer } from '../src/index.ts'
import { createDatabaseEmbedder } from '../src/query/database-embedder.ts'
import { manifest } from './fixture/manifest.ts'
import { adapters, type Fixture, openFixture } from './support/clients.ts'

const [post] = manifest.vectorizers
const specOf = (model: string | null, dimensions = 3): VectorizerSpec => ({ ...post, model, dimensions })

/** The lengths of the text and of what it was asked with, and the dimensions: every argument leaves its trace. */
const functions = `
  CREATE SCHEMA ai;
  CREATE TABLE ai.calls (call text);
  CREATE FUNCTION ai.embed_stand_in(call text, input_text text) RETURNS vector LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    INSERT INTO ai.calls VALUES (call);
    IF input_text = 'refused' THEN RAISE EXCEPTION 'AuthenticationError: incorrect API key'; END IF;
    IF input_text = 'nothing' THEN RETURN NULL; END IF;
    IF input_text = 'short' THEN RETURN '[1,2]'; END IF;
    RETURN CASE WHEN input_text LIKE '%east%' THEN '[1,0,0]' ELSE '[0,1,0]' END;
  END $$;
  CREATE FUNCTION ai.openai_embed(model text, input_text text, api_key text DEFAULT NULL, api_key_name text DEFAULT NULL,
    base_url text DEFAULT NULL, dimensions int DEFAULT NULL, openai_user text DEFAULT NULL) RETURNS vector
    LANGUAGE sql AS $$ SELECT ai.embed_stand_in(concat_ws(' ', 'openai', model, dimensions), input_text) $$;
  CREATE FUNCTION ai.openai_embed(model text, input_texts text[], api_key text DEFAULT NULL,
    api_key_name text DEFAULT NULL, base_url text DEFAULT NULL, dimensions int DEFAULT NULL,
    openai_user text DEFAULT NULL) RETURNS TABLE ("index" int, embedding vector)
    LANGUAGE sql AS $$ SELECT 0, '[9,9,9]'::vector $$;
  CREATE FUNCTION ai.ollama_embed(model text, input_text text, host text DEFAULT NULL, keep_alive text DEFAULT NULL,
    embedding_options jsonb DEFAULT NULL) RETURNS vector
    LANGUAGE sql AS $$ SELECT ai.embed_stand_in(concat_ws(' ', 'ollama', model), input_text) $$;
  CREATE FUNCTION ai.cohere_embed(model text, input_text text, api_key text DEFAULT NULL, api_key_name text DEFAULT NULL,
    input_type text DEFAULT NULL, truncate_long_inputs text DEFAULT NULL) RETURNS vector
    LANGUAGE sql AS $$ SELECT ai.embed_stand_in(concat_ws(' ', 'cohere', model, input_type), input_text) $$;
  CREATE FUNCTION ai.voyageai_embed(model text, input_text text, input_type text DEFAULT NULL,
    api_key text DEFAULT NULL, api_key_name text DEFAULT NULL, verbose boolean DEFAULT false) RETURNS vector
    LANGUAGE sql AS $$ SELECT ai.embed_stand_in(concat_ws(' ', 'voyageai', model, input_type), input_text) $$;
  CREATE FUNCTION ai.litellm_embed(model text, input_text text, api_key text DEFAULT NULL,
    api_key_name text DEFAULT NULL, extra_options jsonb DEFAULT NULL, verbose boolean DEFAULT false) RETURNS vector
    LANGUAGE sql AS $$ SELECT ai.embed_stand_in(concat_ws(' ', 'litellm', model, extra_options), input_text) $$;`

describe.each(adapters)('the embedder in the database over %s', (adapter) => {
  let fixture: Fixture
  const run = (query: { text: string; values: readonly unknown[] }) =>
    fixture.prisma.$queryRawUnsafe<Record<string, unknown>[]>(query.text, ...query.values)
  const embed = (spec: VectorizerSpec, ...texts: string[]) =>
    createDatabaseEmbedder(spec, run).embed(texts, { purpose: 'query' })

  beforeAll(async () => {
    fixture = await openFixture(adapter)
  })
  afterAll(() => fixture.close())

  it('says that the database has no pgai, and stays of use', async () => {
    await expect(embed(specOf('openai/text-embedding-3-small'), 'east')).rejects.toThrowErrorMatchingInlineSnapshot(`
      [VectorizerError: VZ307 BlogPost.content: the database has no function ai.openai_embed, which should embed the query.
        why: It belongs to the extension \`ai\` of pgai, which needs PL/Python on the server.
        fix: Run \`CREATE EXTENSION ai CASCADE\` or update it, or leave out \`embedInDatabase\` and pass \`models\`.]
    `)
  })

  describe('with pgai’s functions', () => {
    beforeAll(async () => {
      for (const statement of functions.split(/;\n(?= {2}CREATE)/)) await fixture.prisma.$executeRawUnsafe(statement)
    })

    it('calls the function of each provider as for a query', async () => {
      const models = [
        'openai/text-embedding-3-small',
        'openai/text-embedding-ada-002',
        'ollama/library/nomic-embed-text',
      ]
      models.push('cohere/embed-v4.0', 'voyage/voyage-3', 'voyageai/voyage-3', 'litellm/azure/small')
      models.push('mistral/mistral-embed', 'google/gemini-embedding-001')
      await fixture.prisma.$executeRaw`DELETE FROM ai.calls`
      for (const model of models) {
        expect(await embed(specOf(model), 'north'), model).toEqual({ vectors: [[0, 1, 0]], tokens: undefined })
      }
      const calls = await fixture.prisma.$queryRaw<{ call: string }[]>`SELECT call FROM ai.calls ORDER BY ctid`
      expect(calls.map(({ call }) => call)).toMatchInlineSnapshot(`
        [
          "openai text-embedding-3-small 3",
          "openai text-embedding-ada-002",
          "ollama library/nomic-embed-text",
          "cohere embed-v4.0 search_query",
          "voyageai voyage-3 query",
          "voyageai voyage-3 query",
          "litellm azure/small",
          "litellm mistral/mistral-embed",
          "litellm gemini/gemini-embedding-001 {"dimensions": 3}",
        ]
      `)
    })

    it('embeds several texts in one statement, in order, and none in none', async () => {
      const statements: string[] = []
      const embedder = createDatabaseEmbedder(specOf('openai/text-embedding-3-small'), (query) => {
        statements.push(query.text)
        return run(query)
      })
      const texts = ['north', 'the east', `it's "north"; \0 \ud800`]
      expect((await embedder.embed(texts, { purpose: 'query' })).vectors).toEqual([
        [0, 1, 0],
        [1, 0, 0],
        [0, 1, 0],
      ])
      expect((await embedder.embed([], { purpose: 'query' })).vectors).toEqual([])
      expect(statements).toMatchInlineSnapshot(`
        [
          "select ai.openai_embed($1::text, $2::text, dimensions => 3)::text as vector_0, ai.openai_embed($1::text, $3::text, dimensions => 3)::text as vector_1, ai.openai_embed($1::text, $4::text, dimensions => 3)::text as vector_2",
        ]
      `)
    })

    it('checks what the function answers', async () => {
      const spec = specOf('ollama/nomic-embed-text')
      await expect(embed(spec, 'north', 'short')).rejects.toThrow(
        'VZ404 ai.ollama_embed in the database: vectors[1] has 2 dimensions, 3 were expected.',
      )
      await expect(embed(spec, 'nothing')).rejects.toThrow(
        'VZ403 ai.ollama_embed in the database: 1 texts were sent and 0',
      )
      await expect(embed(spec, 'refused')).rejects.toThrow('AuthenticationError: incorrect API key')
    })

    it('embeds on the connection of the caller, and searches with what it gets', async () => {
      const db = fixture.prisma.$extends(
        createVectorizer(manifest)({
          embedder: async ({ dimensions, model }) =>
            createDatabaseEmbedder(specOf(model === 'test/compass' ? 'openai/x' : model, dimensions), run),
        }),
      )
      expect((await db.blogPost.findSimilar('the east', { take: 1 }))[0]?.title).toBe('East')
      await expect(db.blogPost.findSimilar('refused')).rejects.toThrow(
        /^VZ405 BlogPost\.findSimilar: ai\.openai_embed in the database could not embed the query: (.|\n)*incorrect API key/,
      )
    })

    it('says that the role may not call the function', async () => {
      const inside = fixture.prisma.$transaction(async (tx) => {
        await tx.$executeRawUnsafe(`CREATE ROLE no_usage_of_ai`)
        await tx.$executeRawUnsafe(`SET LOCAL ROLE no_usage_of_ai`)
        const embedder = createDatabaseEmbedder(specOf('openai/text-embedding-3-small'), ({ text, values }) =>
          tx.$queryRawUnsafe(text, ...values),
        )
        await embedder.embed(['east'], { purpose: 'query' })
      })
      await expect(inside).rejects.toThrow(
        /^VZ307 BlogPost\.content: this database role may not call ai\.openai_embed.*\n.*grant_ai_usage/,
      )
    })

    it('says that this pgai has no such function', async () => {
      const inside = fixture.prisma.$transaction(async (tx) => {
        await tx.$executeRawUnsafe(`DROP FUNCTION ai.litellm_embed`)
        const embedder = createDatabaseEmbedder(specOf('mistral/mistral-embed'), ({ text, values }) =>
          tx.$queryRawUnsafe(text, ...values),
        )
        await embedder.embed(['east'], { purpose: 'query' })
      })
      await expect(inside).rejects.toThrow(/^VZ307 BlogPost\.content: the database has no function ai\.litellm_embed/)
    })
  })
})

it('refuses a model that no function of pgai embeds with', () => {
  const run = () => Promise.reject(new Error('no SQL runs'))
  const create = (model: string | null) => () => createDatabaseEmbedder(specOf(model), run)
  expect(create('local/hash')).toThrowErrorMatchingInlineSnapshot(`
    [VectorizerError: VZ304 BlogPost.content: no function of pgai embeds a text query with the model "local/hash".
      why: pgai has functions for openai, ollama, cohere, voyage, voyageai, litellm, mistral, google.
      fix: Pass a vector, or leave out \`embedInDatabase\` and give the extension \`models\` or an \`embedder\`.]
  `)
  expect(create(null)).toThrow('VZ304 BlogPost.content names no model, so the database cannot embed a text query.')
  for (const model of ['openai', 'openai/', '/x', 'constructor/x', 'azure/y']) expect(create(model)).toThrow(/^VZ304 /)
})
