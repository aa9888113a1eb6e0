DROP POLICY IF EXISTS {{workerPolicy}} ON {{source}};
