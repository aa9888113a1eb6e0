// What a run over the indexes did, as lines for people and as values for programs.
import type { UpkeepReport } from './run.ts'

export function renderReport(report: UpkeepReport): string {
  const { vectorizer, statements = [], error } = report
  if (error) return `${error.message}\n`
  if (report.outcome === 'planned')
    return `-- ${vectorizer}\n${statements.map((statement) => `${statement};\n`).join('')}`
  return `${vectorizer}: ${whatHappened(report)}\n`
}

function whatHappened({ outcome, state, difference, index, seconds, waiting }: UpkeepReport): string {
  const name = `"${index}"`
  const time = `in ${seconds.toFixed(1)} s`
  switch (outcome) {
    case 'built':
      return `built ${name} ${time}`
    case 'rebuilt':
      return `built ${name} anew ${time}`
    case 'dropped':
      return `dropped ${name}`
    case 'busy':
      return `another session is working on ${name}`
    case 'stopped':
      return `stopped; nothing is left of what was begun of ${name}`
    case 'waiting':
      return `not built yet: ${count(waiting?.vectors)} of ${count(waiting?.minRows)} vectors (name it to build it now)`
    default:
      if (state === 'unwanted') return 'no index (`index: none`)'
      if (state === 'absent') return 'there is no index'
      return difference === undefined
        ? `${name} is in order`
        : `${name} is not as annotated (${difference}): \`--rebuild\` makes it so`
  }
}

const count = (vectors = 0): string => vectors.toLocaleString('en-US')

export const reportJson = ({ error, ...report }: UpkeepReport) =>
  error === undefined ? report : { ...report, error: error.message, code: error.code }
