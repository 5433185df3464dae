// The index, behind one import that is made at the first search. A process that never searches never loads it.
export { default as MiniSearch } from 'minisearch';
