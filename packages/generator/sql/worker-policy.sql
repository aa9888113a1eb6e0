-- A worker that may not see a row would take it for deleted.
DO {{tag}}
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = {{roleLiteral}}) THEN
{{statements}}
  END IF;
END
{{tag}};
