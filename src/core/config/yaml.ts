// YAML with the line of every key. JSON is YAML.
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { coreErrors, SwarmError } from '../errors.ts';
import type { Path } from './tree.ts';

export interface Yaml {
  /** An empty document is an empty mapping. */
  readonly values: unknown;
  /** Counts from 1. Undefined where there is nothing of that name. */
  readonly lineOf: (path: Path) => number | undefined;
}

/** @param name of the file, for messages @throws SwarmError CONFIG_INVALID with line and column; or what the parser throws for an alias that explodes */
export function readYaml(text: string, name: string): Yaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [first] = document.errors;
  if (first) {
    const { line, col } = lines.linePos(first.pos[0]);
    throw new SwarmError(coreErrors.configInvalid, `${name}:${line}:${col}: ${first.message}`);
  }
  const lineOf = (path: Path) => {
    const offset = offsetOf(document.contents, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  return { values: document.toJS() ?? {}, lineOf };
}

function offsetOf(node: Node | null, [head, ...rest]: Path): number | undefined {
  if (head === undefined) return node?.range?.[0];
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === head);
    if (!pair || !isScalar(pair.key)) return undefined;
    if (rest.length === 0) return pair.key.range?.[0];
    return offsetOf(isNode(pair.value) ? pair.value : null, rest);
  }
  const item = isSeq(node) ? node.items[Number(head)] : undefined;
  return isNode(item) ? offsetOf(item, rest) : undefined;
}
