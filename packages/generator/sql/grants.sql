-- The least that the {{kind}} needs.
DO {{tag}}
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = {{roleLiteral}}) THEN
{{statements}}
  ELSE
    RAISE WARNING 'prisma-vectorizer: there is no role %, so it was granted nothing; see `prisma-vectorizer doctor`', {{roleLiteral}};
  END IF;
END
{{tag}};
