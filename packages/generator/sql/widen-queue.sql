-- The key is wider and its values are the same: what waits goes on waiting, and nothing is embedded again.
ALTER TABLE {{queue}} {{widenedColumns}};
