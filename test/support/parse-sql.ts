// Parses a migration with PostgreSQL's own parser, all the way down: the bodies of its functions, the functions that those
// make, and the text that EXECUTE runs.
import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'

await loadModule()

export interface ParsedSql {
  readonly statements: number
  /** Of PL/pgSQL (DO blocks too), and of language SQL, nested ones included. */
  readonly bodies: number
  /** Texts given to EXECUTE. */
  readonly dynamic: number
}

/** Throws with the text that PostgreSQL's parser refuses. */
export function parseSql(sql: string): ParsedSql {
  const found = { statements: 0, bodies: 0, dynamic: 0 }
  parseStatements(sql, found)
  return found
}

type Found = { -readonly [K in keyof ParsedSql]: number }
// biome-ignore lint/suspicious/noExplicitAny: a tree of PostgreSQL's, of which a few nodes are read
type Node = any

function parseStatements(sql: string, found: Found): void {
  const bytes = Buffer.from(sql)
  for (const { stmt, stmt_location: start = 0, stmt_len: length } of statementsOf(sql)) {
    found.statements++
    const text = bytes.subarray(start, length === undefined ? undefined : start + length).toString()
    const options: Node[] = stmt.CreateFunctionStmt?.options ?? stmt.DoStmt?.args ?? []
    const option = (name: string) => options.find(({ DefElem }) => DefElem.defname === name)?.DefElem.arg
    if (stmt.DoStmt || option('language')?.String.sval === 'plpgsql') parsePlpgsql(text, found)
    else if (stmt.CreateFunctionStmt) {
      found.bodies++
      parseStatements(option('as').List.items[0].String.sval, found)
    }
  }
}

function statementsOf(sql: string): Node[] {
  try {
    return parseSync(sql).stmts ?? []
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error} in\n${sql}`, { cause: error })
  }
}

/** The parser checks every statement and expression of the body by itself. */
function parsePlpgsql(definition: string, found: Found): void {
  found.bodies++
  let tree: Node
  try {
    tree = parsePlPgSQLSync(definition)
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error} in\n${definition}`, { cause: error })
  }
  visit(tree, (key, node) => {
    if (key === 'PLpgSQL_stmt_execsql' && /^\s*create\b/iu.test(node.sqlstmt.PLpgSQL_expr.query)) {
      parseStatements(node.sqlstmt.PLpgSQL_expr.query, found)
    }
    if (key === 'PLpgSQL_stmt_dynexecute') {
      found.dynamic++
      const [{ stmt }] = statementsOf(`SELECT ${node.query.PLpgSQL_expr.query}`)
      parseStatements(textOf(stmt.SelectStmt.targetList[0].ResTarget.val), found)
    }
  })
}

function visit(node: Node, each: (key: string, node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return
  for (const [key, child] of Object.entries(node)) {
    each(key, child)
    visit(child, each)
  }
}

/** What the text of an EXECUTE is for some table and key: strings as they are, anything that is looked up is a name. */
function textOf(node: Node): string {
  if (node.A_Const) return node.A_Const.sval?.sval ?? ''
  if (node.A_Expr) return textOf(node.A_Expr.lexpr) + textOf(node.A_Expr.rexpr)
  const name = node.FuncCall?.funcname.at(-1).String.sval
  if (name !== 'format') return '"name"'
  const [template, ...values] = node.FuncCall.args.map(textOf)
  return template.replaceAll(/%(.)/gu, (_: string, kind: string) => (kind === '%' ? '%' : (values.shift() ?? '')))
}
