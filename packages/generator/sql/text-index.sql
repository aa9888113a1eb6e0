-- Full-text search of the chunks. An expression index is invisible to Prisma Migrate.
CREATE INDEX {{textIndex}} ON {{store}} USING gin ({{textVector}});
