import { expect, test } from 'vitest'
import { findTooOld } from './node-version.ts'

test.each(['22.18.0', '22.23.3', '24.0.0', '26.10.0'])('Node %s will do', (version) => {
  expect(findTooOld(version)).toBeNull()
})

test.each(['18.20.0', '20.20.2', '22.17.1'])('Node %s is told what is wanted and what to do', (version) => {
  expect(findTooOld(version)).toMatch(new RegExp(`22\\.18 or newer and this is ${version}: install Node 24`))
})
