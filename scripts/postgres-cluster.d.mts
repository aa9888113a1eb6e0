export function findPostgres(): string
export function startCluster(programs: string): Promise<string>
