import { add, defineTransform } from 'lockstep'

/** `Migration_1_0_to_1_1`. What a manifest says of its inputs already stays as it is: `add` never overwrites. */
export default defineTransform({
  from: '1.0.0',
  to: '1.1.0',
  changes: ['Add input_snapshots field', 'Add inputs_hash field'],
  operations: [add('input_snapshots', {}), add('inputs_hash', null)],
})
