-- Rows outside `where` have no embeddings.
{{forget}};
