-- {{comment}}
{{createIndex}};
