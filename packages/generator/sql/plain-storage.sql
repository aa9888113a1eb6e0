-- A vector of this size fits a page. Kept in line, exact and filtered search read it 2.5 to 7 times cheaper.
ALTER TABLE {{store}} ALTER COLUMN {{vectorColumn}} SET STORAGE PLAIN;
