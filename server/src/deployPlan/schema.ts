/** The JSON schema of `deploy.yaml`, for editors without this language server: `media/deploy.schema.json` is written from it. */
import {
  collections,
  experimentFields,
  type Field,
  type Fields,
  gateFields,
  planFields,
  shadowFields,
  stepFields,
  unitFields,
} from './fields';
import { measureOf, rangeOf, unitsOf } from './values';

type Schema = Readonly<Record<string, unknown>>;

/** Draft 7, which all editors know. */
export function planSchema(): Schema {
  const parts: Readonly<Record<string, Schema>> = {
    shadow: { anyOf: [object(shadowFields), { enum: ['off', false] }] },
    steps: { type: 'array', items: object(stepFields) },
    gates: { type: 'array', items: gate() },
    experiment: object(experimentFields),
    unit: object(unitFields),
  };
  const fields = object(planFields);
  const described = Object.entries(collections).map(([name, says]) => [name, { description: says, ...parts[name] }]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Plan of a deployment with tensorwright',
    ...fields,
    properties: { ...(fields['properties'] as Schema), ...Object.fromEntries(described) },
  };
}

/** `errors`, `{kind: errors, margin: 1 %}` or `{errors: {margin: 1 %}}`. */
function gate(): Schema {
  const forms = Object.entries(gateFields).flatMap(([kind, fields]) => [
    object({ kind: { kind: 'choice', says: 'What is judged', choices: [kind], needed: true }, ...fields }),
    {
      type: 'object',
      properties: { [kind]: { anyOf: [object(fields), { type: 'null' }] } },
      required: [kind],
      additionalProperties: false,
    },
  ]);
  return { anyOf: [{ enum: Object.keys(gateFields) }, ...forms] };
}

const object = (fields: Fields): Schema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, value(field)])),
  required: Object.keys(fields).filter((name) => fields[name]?.needed === true),
  additionalProperties: false,
});

function value(field: Field): Schema {
  const { says, usual, least, most } = field;
  const bounds = least === undefined && most === undefined ? '' : `, ${rangeOf(field)}`;
  const about = {
    description: `${says}. Takes ${measureOf(field)}${bounds}.`,
    ...(usual === undefined ? {} : { default: usual }),
  };
  switch (field.kind) {
    case 'choice':
      return { ...about, enum: field.choices ?? [] };
    case 'flag':
      return { ...about, type: 'boolean' };
    case 'text':
      return { ...about, type: ['string', 'number', 'boolean'] };
    default: {
      const number = { type: field.kind === 'count' ? 'integer' : 'number', ...limits(field) };
      const units = unitsOf(field.kind).filter((unit) => unit !== '');
      const withUnit = { type: 'string', pattern: `^[-+]?[0-9.]+([eE][-+]?[0-9]+)?\\s*(${units.join('|')})?$` };
      return { ...about, anyOf: [number, withUnit] };
    }
  }
}

const limits = ({ least, most }: Field): Schema => ({
  ...(least === undefined ? {} : { minimum: least }),
  ...(most === undefined ? {} : { maximum: most }),
});
