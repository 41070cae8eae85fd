/** Parameters of functions and lambdas. */
import { expression, identifier, optional, placeOf, type Reading } from './expressions';
import { F, K } from './nodes';
import type { Param } from './tree';

/** The parameters in a `parameters` or `lambda_parameters` node; undefined where Python 3 has no such parameter. */
export function parameters(r: Reading, list: number): readonly Param[] | undefined {
  if (list < 0) return [];
  const { nodes } = r;
  const found: Param[] = [];
  let form: Param['form'] = 'positional';
  for (const node of nodes.named(list)) {
    const kind = nodes.kind(node);
    if (kind === K.positional_separator) {
      for (let at = 0; at < found.length; at++) found[at] = { ...(found[at] as Param), form: 'positional-only' };
      continue;
    }
    if (kind === K.keyword_separator) {
      form = 'keyword-only';
      continue;
    }
    const param = parameter(r, node, form);
    if (param === undefined) return undefined;
    found.push(param);
    if (param.form === '*') form = 'keyword-only';
  }
  return found;
}

function parameter(r: Reading, node: number, form: Param['form']): Param | undefined {
  const { nodes } = r;
  const kind = nodes.kind(node);
  const named = kind === K.default_parameter || kind === K.typed_default_parameter;
  let own = named ? nodes.child(node, F.name) : kind === K.typed_parameter ? node + 1 : node;
  const ownKind = nodes.kind(own);
  if (ownKind === K.list_splat_pattern || ownKind === K.dictionary_splat_pattern) own = nodes.named(own)[0] ?? -1;
  if (own < 0 || nodes.kind(own) !== K.identifier) return undefined;
  return {
    name: identifier(r, own),
    form: ownKind === K.list_splat_pattern ? '*' : ownKind === K.dictionary_splat_pattern ? '**' : form,
    annotation: kind === K.identifier ? undefined : optional(r, nodes.child(node, F.type)),
    default: named ? expression(r, nodes.child(node, F.value)) : undefined,
    ...placeOf(r, node),
  };
}
