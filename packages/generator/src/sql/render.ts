// `{{name}}` in an SQL template → the fragment of that name. Fragments are quoted where they are made (emit/sql-names.ts).
import { InternalError } from '@prisma-vectorizer/spec'
import { templates } from './templates.ts'

export type TemplateName = keyof typeof templates

/** Throws InternalError for a placeholder without a fragment, so that no `{{…}}` can reach a migration. */
export function renderSql(template: TemplateName, fragments: Readonly<Record<string, string | number>> = {}): string {
  return templates[template].replace(/\{\{(\w+)\}\}/gu, (_, name: string) => {
    const fragment = fragments[name]
    if (fragment === undefined) throw new InternalError(`sql/${template}.sql asks for {{${name}}}, which is not given`)
    return String(fragment)
  })
}
