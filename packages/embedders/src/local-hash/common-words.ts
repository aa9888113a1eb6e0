// Words that say little about what a text is about. English only: elsewhere every word simply counts.
// Asked as a question ("How do I …"), descriptions find their README at mean reciprocal rank 0.75 with this list, 0.43
// without it.

const stop = `a about above after again against all also am an and any are aren as at be because been before being below
between both but by can cannot could couldn d did didn do does doesn doing don down during each either else etc ever few
for from further had hadn has hasn have haven having he her here hers herself him himself his how however i if in into is
isn it its itself just let ll m many may me might more most much must mustn my myself neither no nor not now of off on once
one only onto or other others our ours ourselves out over own per re s same shall shan she should shouldn since so some such
t than that the their theirs them themselves then there these they this those though through thus to too two under until up
upon us ve very via was wasn we were weren what when where whether which while who whom whose why will with within without
won would wouldn yet you your yours yourself yourselves`

const common = `add allow allows available based call called case change check common contain contains create created
current default different example examples file files first following general get give given go good help include includes
including information instead know last like list look made make makes making mean means name need needed needs new next
note number old open option options order part please possible provide provided provides put read really require required
return returns right run running say see set simple simply something specific start still support supported supports sure
take thing things think time try type use used useful user users using value values version want way ways well work working
works write`

/** How much a word counts; absent = 1. A question of nothing but such words still has a direction. */
export const wordWeights: ReadonlyMap<string, number> = new Map([
  ...common.split(/\s+/).map((word) => [word, 0.5] as const),
  ...stop.split(/\s+/).map((word) => [word, 0.15] as const),
])
