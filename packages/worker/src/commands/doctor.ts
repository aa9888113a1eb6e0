// prisma-vectorizer doctor: what of schema, migrations and database does not agree, and what mends it.
import { Command, Option } from 'commander'
import { findDatabaseUrl, loadEnvironment } from '../configuration.ts'
import { openDatabase } from '../database/open-database.ts'
import { examine } from '../doctor/examine.ts'
import { readProject } from '../doctor/project.ts'
import { renderReport, renderSql } from '../doctor/render.ts'
import { type PrismaPaths, withPrismaPaths } from '../prisma-cli.ts'
import { noVectorizers } from '../report.ts'
import type { CommandLine } from './command-line.ts'
import { withDatabaseOption } from './options.ts'

interface DoctorFlags extends PrismaPaths {
  readonly databaseUrl?: string
  readonly json?: boolean
  readonly sql?: boolean
  readonly strict?: boolean
  readonly workerRole?: string
  readonly applicationRole?: string
}

export function doctorCommand(commandLine: CommandLine): Command {
  const command = new Command('doctor')
    .description('Compare schema, migrations and database, and say what mends the differences.')
    .option('--json', 'as JSON, for programs')
    .addOption(new Option('--sql', 'only the SQL that mends what SQL can mend').conflicts('json'))
    .option('--strict', 'warnings count too')
    .option('--worker-role <role>', 'the role whose rights are checked (default: the one that connects)')
    .option('--application-role <role>', 'the role that searches')
    .addHelpText(
      'after',
      `
Exit code 0: no errors (with --strict: no findings), 1: at least one. It changes nothing in the database.
The findings and what mends them: docs/doctor.md`,
    )
    .action((flags: DoctorFlags) => examineProject(flags, commandLine))
  return withDatabaseOption(withPrismaPaths(command))
}

async function examineProject(flags: DoctorFlags, { folder, stdout, setExitCode }: CommandLine): Promise<void> {
  loadEnvironment(folder)
  const project = await readProject(folder, flags)
  const { database } = await openDatabase(await findDatabaseUrl(flags.databaseUrl, folder), 1)
  try {
    const report = await examine(database, project, { worker: flags.workerRole, application: flags.applicationRole })
    const { findings, notes, subjects } = report
    if (project.specs === undefined && subjects.length + findings.length === 0) throw noVectorizers()
    const failing = findings.filter(({ level }) => flags.strict || level === 'error')
    if (failing.length > 0) setExitCode(1)
    if (flags.json)
      stdout.write(`${JSON.stringify({ ok: failing.length === 0, findings, subjects, notes }, null, 2)}\n`)
    else stdout.write(flags.sql ? renderSql(findings) : renderReport(report))
  } finally {
    await database.close()
  }
}
