-- {{comment}}
{{empty}}ALTER TABLE {{store}} ALTER COLUMN {{vectorColumn}} TYPE {{vectorType}}{{using}};{{storage}}
