// Where the labels of a plot's points go: each at the first place around its point where it covers nothing.

export interface Placed {
  readonly x: number
  readonly y: number
  readonly label: string
}

interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const lineHeight = 14
const digitWidth = 8
const radius = 7

/** The middle of each label's baseline; one that finds no place goes above its point all the same. */
export function placeLabels(points: readonly Placed[]): readonly Placed[] {
  const taken: Box[] = points.map(({ x, y }) => ({
    left: x - radius,
    top: y - radius,
    right: x + radius,
    bottom: y + radius,
  }))
  return points.map(({ x, y, label }) => {
    const half = (digitWidth * label.length) / 2
    const beside = half + radius + 4
    const places = [
      { x, y: y - 11 },
      { x, y: y + 22 },
      { x: x + beside, y: y + 5 },
      { x: x - beside, y: y + 5 },
      { x: x + beside, y: y + 18 },
      { x: x - beside, y: y - 8 },
    ]
    const box = (at: { readonly x: number; readonly y: number }): Box => ({
      left: at.x - half,
      top: at.y - lineHeight + 3,
      right: at.x + half,
      bottom: at.y + 1,
    })
    const place = places.find((at) => !taken.some((other) => overlap(box(at), other))) ?? { x, y: y - 11 }
    taken.push(box(place))
    return { ...place, label }
  })
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
