-- pgvector, before any table that has a vector column: the shadow database replays migrations in order.
CREATE EXTENSION IF NOT EXISTS vector;
