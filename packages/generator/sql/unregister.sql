DELETE FROM vectorizer.vectorizer WHERE name = {{nameLiteral}};
