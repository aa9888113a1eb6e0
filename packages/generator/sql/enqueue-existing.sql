-- {{reason}}
INSERT INTO {{queue}} ({{queueKey}})
SELECT {{sourceKey}} FROM {{source}}
{{requeue}};
