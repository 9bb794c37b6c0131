import { defineConfig } from 'lockstep'

export default defineConfig({
  preset: 'documents',
  stores: {
    manifests: {
      kind: 'documents',
      files: 'artifacts/**/manifest.json',
      version: 'schema_version',
      contracts: 'contracts/manifests/{version}.schema.json',
      // What identifies a run, and what says where its results came from. No transform may change these.
      protect: ['run_id', 'job_id', 'job_ref', 'inputs_hash', 'input_snapshots', 'doctrine', 'chain_metadata'],
      // Every version so far only added fields; the engine holds the transforms to that.
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
