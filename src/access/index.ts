// Access: who may do what, and the confirmations that stand between a wish and its effect.
export {
  type Confirmation,
  type Confirmations,
  createConfirmations,
} from './confirmations.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
  principalOf,
} from './policy.ts';
