// Whether row-level security may hide rows of a table from the worker: a row it cannot see looks deleted.

/**
 * An SQL condition about the table `table` (an expression of type regclass) and `role` (an expression of type name;
 * default: the current one). True unless the role is exempt (an owner, BYPASSRLS) or has a policy for all commands that
 * is plainly `USING (true)`, and no restrictive one. Of any other policy nobody can tell which rows it will hide.
 */
export const hidesRows = (table: string, role?: string): string => `(${isSubject(table, role)} AND (
    SELECT bool_or(polpermissive AND polcmd = '*' AND pg_get_expr(polqual, polrelid) = 'true'
      AND coalesce(pg_get_expr(polwithcheck, polrelid), 'true') = 'true')
      AND bool_and(polpermissive)
    FROM pg_catalog.pg_policy
    WHERE polrelid = ${table}
      AND (polroles = '{0}' OR EXISTS (SELECT FROM unnest(polroles) AS role WHERE pg_has_role(${role ? `${role}, ` : ''}role, 'USAGE')))
  ) IS NOT TRUE)`

/** `row_security_active`, which knows the current role only, for any. */
const isSubject = (table: string, role: string | undefined): string =>
  role === undefined
    ? `row_security_active(${table}::oid)`
    : `(
    SELECT relrowsecurity AND NOT (rolsuper OR rolbypassrls)
      AND (relforcerowsecurity OR NOT pg_has_role(pg_roles.oid, relowner, 'USAGE'))
    FROM pg_catalog.pg_class CROSS JOIN pg_catalog.pg_roles
    WHERE pg_class.oid = ${table} AND rolname = ${role}
  )`
