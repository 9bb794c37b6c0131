import { defineTransform } from 'lockstep'

interface Before {
  readonly schema_version: string
  readonly priority_level?: string
}

/** The custom migration of the guide, written as functions: what operations cannot say is said like this. */
export default defineTransform<Before, Before>({
  from: '1.2.0',
  to: '1.3.0',
  changes: ['Add priority_level field'],
  up: (manifest) => ({
    ...manifest,
    priority_level: manifest.priority_level ?? 'normal',
    schema_version: '1.3.0',
  }),
  down: ({ priority_level, ...manifest }) => ({
    ...manifest,
    // Only the default is taken away again: anything else was written by somebody.
    ...(priority_level === undefined || priority_level === 'normal' ? {} : { priority_level }),
    schema_version: '1.2.0',
  }),
})
