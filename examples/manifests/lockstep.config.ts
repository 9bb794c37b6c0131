import { defineConfig } from 'lockstep'

export default defineConfig({
  preset: 'documents',
  stores: {
    manifests: {
      kind: 'documents',
      files: 'artifacts/**/manifest.json',
      version: 'schema_version',
      contracts: 'contracts/manifests/{version}.schema.json',
      // What identifies a run and what it was made from. No transform may change these, up or down.
      protect: ['run_id', 'job_id', 'job_ref', 'doctrine'],
      // Versions only add: hashes, snapshots and chains that are there already stay as they are.
      minorSteps: 'additive',
      // A pipeline is still writing these.
      leaveAlone: { status: ['running'] },
      backupForm: 'sidecar',
      inputs: {
        snapshots: 'input_snapshots',
        hash: 'inputs_hash',
        id: { at: 'run_id', digits: 32 },
      },
    },
  },
})
