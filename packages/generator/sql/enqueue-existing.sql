-- {{reason}}
INSERT INTO {{queue}} AS queued ({{queueKey}})
SELECT {{sourceKey}} FROM {{source}}{{where}}
{{requeue}};
