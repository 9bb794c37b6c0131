import { add, defineTransform } from 'lockstep'

/** `Migration_1_0_to_1_2`: both at once, so one entry in the history instead of two. A direct way wins over a longer one. */
export default defineTransform({
  from: '1.0.0',
  to: '1.2.0',
  changes: ['Add input_snapshots field', 'Add inputs_hash field', 'Add chain_metadata field'],
  operations: [
    add('input_snapshots', {}),
    add('inputs_hash', null),
    add('chain_metadata', { is_chainable_stage: false, prior_stages: [] }),
  ],
})
