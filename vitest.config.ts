import { defineConfig } from 'vitest/config'

const globalSetup = ['test/support/global-postgres.ts']

/** `unit` needs no server and no build; the others start what they need themselves. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts'], testTimeout: 20_000 } },
      {
        test: {
          name: 'contract',
          globalSetup,
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'crash',
          globalSetup,
          include: ['test/crash/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'property', include: ['test/property/**/*.test.ts'], testTimeout: 120_000 } },
      {
        test: {
          name: 'transcripts',
          include: ['test/transcripts/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'package',
          globalSetup: ['test/package/global-package.ts'],
          include: ['test/package/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: { name: 'examples', include: ['test/examples/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 120_000 },
      },
    ],
  },
})
