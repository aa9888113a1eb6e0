export { type WithVectorizerOptions, withVectorizer } from './with-vectorizer.ts'
