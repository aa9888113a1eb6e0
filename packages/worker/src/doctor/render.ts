// The report for people, and the script that mends what SQL can mend.
import type { Report } from './examine.ts'
import type { Finding } from './finding.ts'

const marks = { error: '✗', warning: '!' } as const

export function renderReport({ findings, subjects, notes }: Report): string {
  const groups = new Map<string, Finding[]>()
  for (const finding of findings) groups.set(finding.subject, [...(groups.get(finding.subject) ?? []), finding])
  const sections = [...groups].map(([subject, group]) => [subject, ...group.map(renderFinding)].join('\n'))
  const fine = subjects.filter((subject) => !groups.has(subject))
  const endings = [
    ...(fine.length > 0 ? [`✓ ${fine.join(', ')}`] : []),
    ...notes.map((note) => `- ${note}`),
    summary(findings, subjects.length),
  ]
  return `${[...sections, endings.join('\n')].join('\n\n')}\n`
}

function renderFinding({ level, code, fact, why, fix }: Finding): string {
  return [
    `  ${marks[level]} ${code} ${fact}`,
    ...(why === undefined ? [] : [`      why: ${why}`]),
    `      fix: ${fix.replaceAll('\n', '\n           ')}`,
  ].join('\n')
}

function summary(findings: readonly Finding[], looked: number): string {
  if (findings.length === 0)
    return looked === 0 ? 'Nothing is annotated, and the database has nothing of ours.' : 'No problems.'
  const counts = (['error', 'warning'] as const).map((level) => {
    const count = findings.filter((finding) => finding.level === level).length
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? '' : 's'}`]
  })
  return `${counts.flat().join(', ')}.`
}

/** Each statement once, in the order of the findings. */
export function renderSql(findings: readonly Finding[]): string {
  const scripts = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (finding.sql !== undefined) scripts.set(finding.sql, [...(scripts.get(finding.sql) ?? []), finding])
  }
  return [...scripts]
    .map(([sql, mended]) => {
      const comments = mended.map(({ code, subject, fact }) => `-- ${code} ${subject}: ${fact.replaceAll('\n', ' ')}`)
      return `${comments.join('\n')}\n${sql}\n`
    })
    .join('\n')
}
