-- {{comment}}
CREATE INDEX IF NOT EXISTS {{vectorIndex}} ON {{store}} USING hnsw ({{indexed}} {{operatorClass}}) WITH (m = {{m}}, ef_construction = {{efConstruction}});
