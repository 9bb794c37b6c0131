import { add, defineTransform } from 'lockstep'

/** `Migration_1_1_to_1_2`. */
export default defineTransform({
  from: '1.1.0',
  to: '1.2.0',
  changes: ['Add chain_metadata field'],
  operations: [add('chain_metadata', { is_chainable_stage: false, prior_stages: [] })],
})
