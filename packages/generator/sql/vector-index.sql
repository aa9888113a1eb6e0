-- {{comment}}
CREATE INDEX{{ifNotExists}} {{vectorIndex}} ON {{store}} USING {{method}} ({{indexed}} {{operatorClass}}){{parameters}};
