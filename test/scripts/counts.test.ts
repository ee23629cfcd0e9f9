import { describe, expect, it } from 'vitest'
import { countPlaywright } from '../../scripts/test/playwright.mjs'
import { countVitest } from '../../scripts/test/vitest.mjs'

describe('countVitest', () => {
  it('counts tests by outcome and names the skipped ones', () => {
    const tests = ['passed', 'passed', 'failed', 'skipped'].map((status) => ({ status, fullName: `a ${status} test` }))
    const report = { testResults: [{ status: 'failed', assertionResults: tests }] }
    expect(countVitest(report)).toEqual({ passed: 2, failed: 1, leftOut: ['test “a skipped test” skipped itself'] })
  })

  it('counts a file that could not be loaded as a failure', () => {
    expect(countVitest({ testResults: [{ status: 'failed', assertionResults: [] }] }).failed).toBe(1)
  })

  it('counts a missing report as a failure', () => {
    expect(countVitest(null)).toEqual({ passed: 0, failed: 1, leftOut: [] })
  })
})

describe('countPlaywright', () => {
  it('counts flaky tests and errors outside tests as failures', () => {
    const report = { stats: { expected: 3, unexpected: 1, flaky: 1 }, errors: [{}], suites: [] }
    expect(countPlaywright(report)).toEqual({ passed: 3, failed: 3, leftOut: [] })
  })

  it('finds skipped tests in nested suites', () => {
    const inner = { specs: [{ title: 'b', tests: [{ status: 'skipped' }] }] }
    const report = {
      stats: { expected: 0, unexpected: 0, flaky: 0 },
      errors: [],
      suites: [{ specs: [], suites: [inner] }],
    }
    expect(countPlaywright(report).leftOut).toEqual(['test “b” skipped itself'])
  })
})
