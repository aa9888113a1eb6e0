-- {{reason}}
INSERT INTO {{queue}} AS queued ({{queueKey}}{{reembedColumn}})
SELECT {{sourceKey}}{{reembedValue}} FROM {{source}}{{where}}
{{requeue}};
