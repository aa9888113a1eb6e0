-- pgai added the column when its vectorizer was made; an empty database has none yet.
ALTER TABLE {{source}} ADD COLUMN IF NOT EXISTS {{vectorColumn}} {{vectorType}};
