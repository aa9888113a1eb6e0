// HTML to Markdown, and that it takes time in proportion to the page whatever the page holds.
import { expect, it } from 'vitest'
import { createDocumentReader } from '../src/index.ts'

const { parse } = createDocumentReader()
const markdown = (html: string) => parse({ bytes: new Uint8Array(Buffer.from(html)) }, 'html')

it('keeps headings, lists, tables, links and code, and nothing that is never shown', async () => {
  const text = await markdown(`<?xml version="1.0"?><!DOCTYPE html>
<html><head><title>No</title><style>no {}</style></head><body><!-- no > no --><script>if (a < b) no()</script>
<h1>A user_id</h1><p>Costs 5 * 3 [net] &amp; <b>more</b>, see <a href="https://example.com/a">there</a>.</p>
<noscript>no</noscript><template>no</template><svg><text>no</text></svg>
<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
<pre><code class="language-ts">const a_b = 1
  + 2</code></pre>
<table><tr><th>Name</th><th>Size</th></tr><tr><td>a|b</td><td>1<br>2</td></tr><tr><td><p>c</p><p>d</p></td><td>3</td></tr></table>
<script>no`)
  expect(text).toBe(`# A user_id

Costs 5 * 3 [net] & **more**, see [there](https://example.com/a).

- one
  - inner
- two

\`\`\`ts
const a_b = 1
  + 2
\`\`\`

| Name | Size |
| ---- | ---- |
| a\\|b | 1 2  |
| c d  | 3    |`)
})

it('is decoded by the charset the page names, and as windows-1252 where it names none', async () => {
  const page = (head: string) => new Uint8Array(Buffer.from(`<html><head>${head}</head><p>Gr\xfc\xdfe`, 'latin1'))
  expect(await parse({ bytes: page('<meta charset="iso-8859-1">') }, 'html')).toBe('Grüße')
  const equivalent = '<meta http-equiv="content-type" content="text/html; charset=windows-1252">'
  expect(await parse({ bytes: page(equivalent) }, 'html')).toBe('Grüße')
  expect(await parse({ bytes: page('') }, 'html')).toBe('Grüße')
})

it('keeps every paragraph, row and item of a long page, in order and in linear time', async () => {
  const to = (length: number) => Array.from({ length }, (_, index) => index)
  const parts = [
    to(20_000).map((each) => `<div><p>p${each} <b>bold</b></p></div>`),
    ['<table>', ...to(6000).map((each) => `<tr><td>r${each}</td><td>x</td></tr>`), '</table>'],
    ['<ul>', ...to(6000).map((each) => `<li>i${each}`), '</ul>'],
  ]
  const start = performance.now()
  const text = await markdown(parts.flat().join(''))
  // In one piece the paragraphs alone take 20 s.
  expect(performance.now() - start).toBeLessThan(10_000)
  const found = [...text.matchAll(/\b([pri]\d+)\b/gu)].map((match) => match[1])
  const expected = [
    to(20_000).map((each) => `p${each}`),
    to(6000).map((each) => `r${each}`),
    to(6000).map((each) => `i${each}`),
  ]
  expect(found).toEqual(expected.flat())
})

it.each([
  ['open elements', '<div>'.repeat(50_000)],
  ['nested elements', `${'<div>'.repeat(50_000)}x${'</div>'.repeat(50_000)}`],
  ['open tags', '<a '.repeat(100_000)],
  ['open comments', '<!-- '.repeat(100_000)],
  ['open scripts', '<script>'.repeat(50_000)],
  ['closing tags', '</td></li></div>'.repeat(50_000)],
  ['cells and items in each other', '<td><li>'.repeat(50_000)],
  ['lists in each other', '<ul><li>x'.repeat(50_000)],
  ['paragraphs in deep elements', `${'<div>'.repeat(250)}${'<p>x</p>'.repeat(50_000)}`],
  ['open objects', '<object>'.repeat(50_000)],
])('is done with 50,000 %s within seconds', async (_, html) => {
  const start = performance.now()
  await markdown(`<p>first</p>${html}`)
  expect(performance.now() - start).toBeLessThan(10_000)
})

it('keeps the text below the deepest level', async () => {
  expect(await markdown(`${'<div>'.repeat(5000)}deep${'</div>'.repeat(5000)}<h1>after</h1>`)).toBe('deep\n\n# after')
})

it('keeps a table whose cells hold stray end tags, and ends what is left open', async () => {
  const rows = '<tr><td>a</div></p></td><td><b>b</td></tr><tr><td>c</span></td><td>d</td></tr>'
  expect(await markdown(`<div><table>${rows}</table><p>after</div>`)).toBe(
    '| a | **b** |\n| - | ----- |\n| c | d     |\n\nafter',
  )
})
