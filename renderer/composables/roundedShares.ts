/** Shares rounded to so many digits of a percent, such that the rounded ones still add up to what they added up to. */
export function roundedShares<Name extends string>(shares: Record<Name, number>, digits = 1): Record<Name, number> {
  const scale = 100 * 10 ** digits
  const entries = (Object.entries(shares) as [Name, number][]).map(([name, share]) => {
    const whole = Math.floor(share * scale + 1e-9)
    return { name, whole, rest: share * scale - whole }
  })
  const sum = entries.reduce((total, { whole, rest }) => total + whole + rest, 0)
  let missing = Math.round(sum) - entries.reduce((total, { whole }) => total + whole, 0)
  for (const entry of entries.toSorted((a, b) => b.rest - a.rest)) if (missing-- > 0) entry.whole++
  return Object.fromEntries(entries.map(({ name, whole }) => [name, whole / scale])) as Record<Name, number>
}
