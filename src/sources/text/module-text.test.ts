import { expect, test } from 'vitest'
import { describedIn } from './module-text.ts'

const up = 'up: () => undefined'

const texts: readonly (readonly [fact: string, text: string, described: string | null])[] = [
  ['a field of what is exported', `export default defineMigration({ description: 'a slug', ${up} })`, 'a slug'],
  ['double quotes, with the other ones in it', `export default { "description": "Ada's slug", ${up} }`, "Ada's slug"],
  ['a template without anything in it', 'export const description = `a slug`', 'a slug'],
  ['a constant with its type', `export const description: string = ' a slug '\nexport const ${up}`, 'a slug'],
  ['a text that is put together', 'export const description = `a ${word}`', null],
  ['a name of somebody else', `import { description } from './words.ts'\nexport default { description, ${up} }`, null],
  ['another word that ends like it', `const columns = { task_description: 'text' }\nexport default { ${up} }`, null],
  ['rows that its code writes', `export const up = (api) => insert(api, { description: 'a row' })`, null],
  ['rows that a method writes', `export default { async up(api) { insert(api, { description: 'a row' }) } }`, null],
  [
    'words that look like its up',
    `export default { description: 'clean up (old rows)', ${up} }`,
    'clean up (old rows)',
  ],
  ['a comment', `// description: 'a slug'\n/* description: 'a slug' */\nexport default { ${up} }`, null],
  ['nothing in quotes', `export default { description: '', ${up} }`, null],
  ['a quote that is left out', `export default { description: 'it\\'s', ${up} }`, null],
]

test.each(texts)('%s', (_, text, described) => {
  expect(describedIn(text)).toBe(described)
})
