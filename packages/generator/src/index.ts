export { withVectorizer } from './with-vectorizer.ts'
