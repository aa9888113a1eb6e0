// Prisma's own types of arguments and results, by the one door they come in.
export type { Types } from '@prisma/client/runtime/client'
