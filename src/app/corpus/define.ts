/** What modules of transforms import: pure values, nothing that opens a corpus. */

export {
  type FunctionDefinition,
  type OperationsDefinition,
  type Transform,
  type TransformContext,
  defineTransform,
} from '../../documents/transforms/transform.ts'
export {
  type Operation,
  add,
  map,
  move,
  remove,
  rename,
  wrap,
  wrapInList,
} from '../../documents/transforms/operations.ts'
