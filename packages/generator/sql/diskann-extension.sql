-- pgvectorscale, which has the access method.
CREATE EXTENSION IF NOT EXISTS vectorscale CASCADE;
