// Template and chunking: what may be wrong with them.
import { describe, expect, test } from 'vitest'
import { blogPost, messageOf } from './support/schema.ts'

describe('VZ106, the template', () => {
  test('names fields that exist', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$titel - $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template names \`$titel\`, which is no field of BlogPost.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$titel - $chunk")
           |                                  ^
        why: A row could never be embedded: the worker would not know what to put there.
        fix: Did you mean \`$title\`?"
    `)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the braces are the template's
    expect(messageOf(blogPost('dimensions: 3, template: "${wordCount} - $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template names \`$wordCount\`, which is no field of BlogPost.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "\${wordCount} - $chunk")
           |                                  ^
        why: A row could never be embedded: the worker would not know what to put there.
        fix: Fields: id, title, content."
    `)
  })

  test('has no stray dollar sign', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$5: $chunk"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template has a \`$\` at position 1 that names nothing.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$5: $chunk")
           |                                  ^
        fix: Write \`$$\` for a dollar sign, \`$name\` or \`\${name}\` for a field."
    `)
    expect(messageOf(blogPost('dimensions: 3, template: "$chunk costs $"'))).toContain('at position 14')
    expect(messageOf(blogPost('dimensions: 3, template: "${chunk"'))).toContain('at position 1 ')
  })

  test('names $chunk', () => {
    expect(messageOf(blogPost('dimensions: 3, template: "$title"'))).toMatchInlineSnapshot(`
      "VZ106 BlogPost.content: the template does not name \`$chunk\`.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, template: "$title")
           |                                  ^
        why: Every chunk of a row would get the same text.
        fix: Write e.g. \`template: "$title $chunk"\`."
    `)
    expect(messageOf(blogPost('dimensions: 3, template: "$$chunk"'))).toContain('does not name `$chunk`')
  })
})

describe('VZ107, chunking', () => {
  test('an overlap is smaller than its size', () => {
    expect(messageOf(blogPost('dimensions: 3, chunking: recursive(size: 800, overlap: 800)'))).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: chunks of 800 code points cannot overlap by 800.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: recursive(size: 800, overlap: 800))
           |                                  ^
        why: A chunk that repeats the whole one before it would never move on. \`overlap\` is 400 unless given.
        fix: Write e.g. \`recursive(size: 800, overlap: 200)\`."
    `)
  })

  test('the default overlap counts too', () => {
    expect(messageOf(blogPost('dimensions: 3, chunking: character(size: 100)'))).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: chunks of 100 code points cannot overlap by 400.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: character(size: 100))
           |                                  ^
        why: A chunk that repeats the whole one before it would never move on. \`overlap\` is 400 unless given.
        fix: Write e.g. \`character(size: 100, overlap: 25)\`."
    `)
  })

  test('of tokens, sentences and Markdown too', () => {
    expect(messageOf(blogPost('dimensions: 3, chunking: tokens(size: 32)'))).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: chunks of 32 tokens cannot overlap by 32.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: tokens(size: 32))
           |                                  ^
        why: A chunk that repeats the whole one before it would never move on. \`overlap\` is 32 unless given.
        fix: Write e.g. \`tokens(size: 32, overlap: 8)\`."
    `)
    expect(messageOf(blogPost('dimensions: 3, chunking: sentence(size: 8, overlap: 8)'))).toContain(
      'VZ107 BlogPost.content: chunks of 8 code points cannot overlap by 8.',
    )
    expect(messageOf(blogPost('dimensions: 3, chunking: markdown(size: 8, overlap: 9)'))).toContain('VZ107')
  })

  test('a separator that is a regular expression compiles', () => {
    expect(
      messageOf(blogPost('dimensions: 3, chunking: character(separator: "(?P<x>.)", regex: true)')),
    ).toMatchInlineSnapshot(`
      "VZ107 BlogPost.content: the separator "(?P<x>.)" is not a regular expression of JavaScript.
        --> schema.prisma:4:34
         4 |   /// @vectorizer(dimensions: 3, chunking: character(separator: "(?P<x>.)", regex: true))
           |                                  ^
        why: Invalid regular expression: /(?P<x>.)/u: Invalid group
        fix: Python-only syntax such as (?P<name>…) or \\Z has no counterpart: rewrite it, or drop \`regex: true\`."
    `)
  })
})
