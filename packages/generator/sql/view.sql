-- Store and source side by side. A view keeps the columns it names from being dropped or retyped: the next migration of
-- prisma-vectorizer that has to comes before Prisma's and drops it first.
CREATE VIEW {{view}} AS
SELECT {{viewColumns}}
FROM {{store}} AS store
JOIN {{source}} AS source ON {{storeMatchesSource}};
