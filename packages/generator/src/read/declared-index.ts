// `@@index([embedding], map: "Post_embedding_vector_idx")`: the line that keeps Prisma Migrate from dropping our index, known
// by the end of its name.

const pattern = /^\s*@@index\(\s*(?:fields:\s*)?\[\s*(\w+)\s*\]\s*,\s*map:\s*"([^"]*_vector_idx)"\s*,?\s*\)/u

/** The field and name of such a line; undefined for any other attribute. */
export function readVectorIndexLine(text: string): { readonly field: string; readonly name: string } | undefined {
  const [, field, name] = pattern.exec(text) ?? []
  return field === undefined || name === undefined ? undefined : { field, name }
}

export const isVectorIndexLine = (text: string): boolean => readVectorIndexLine(text) !== undefined
