-- {{comment}}
TRUNCATE {{store}};
ALTER TABLE {{store}} ALTER COLUMN "embedding" TYPE {{vectorType}};
ALTER TABLE {{store}} ALTER COLUMN "embedding" SET STORAGE {{storage}};
