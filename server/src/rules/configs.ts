/** Documentation of the findings in configurations: what the rules of Triton and TF-Serving say of themselves. */
import type { RuleText } from '../core/infer/operator';
import { rules } from '../triton/rules/index';
import { servingRules } from '../triton/serving/rules';

const rule = (id: string, summary: string, why: string, bad: string, good: string): RuleText => ({
  id,
  summary,
  why,
  bad,
  good,
  language: 'pbtxt',
});

/** What the reader of the text format says. */
const textRules: readonly RuleText[] = [
  rule(
    'config-field-repeated',
    'A field that can be set once is set twice, or two fields exclude each other.',
    'Only lists and maps may be repeated. Of the schedulers dynamic_batching, sequence_batching and ensemble_scheduling, and of the version policies, there is one.',
    'backend: "python"\nmax_batch_size: 8\nmax_batch_size: 4',
    'backend: "python"\nmax_batch_size: 8',
  ),
  rule(
    'config-field-unknown',
    'There is no field of this name.',
    'Names are written as in the schema: lower case, with underscores. Fields that are newer than the server are unknown to it too.',
    'backend: "python"\nmax_batchsize: 8',
    'backend: "python"\nmax_batch_size: 8',
  ),
  rule(
    'config-syntax',
    'The text can not be read.',
    'The server prints only the first place and refuses the model. Lists have commas between their values and none at the end; comments begin with `#`; texts are in quotes, names of enums are not.',
    'backend: "python"\ninput { name: "x" dims: [ 3, ] }',
    'backend: "python"\ninput { name: "x" dims: [ 3 ] }',
  ),
  rule(
    'config-template',
    'A placeholder is still to be filled in.',
    'Files with `${...}` are templates: a script or an engine builder fills them in. Nothing else is checked until then.',
    'backend: "python"\nmax_batch_size: ${batch_size}',
    'backend: "python"\nmax_batch_size: 8',
  ),
  rule(
    'config-value-invalid',
    'A value is none that the field takes.',
    'Types are named TYPE_FP32 and the like, without quotes; numbers have the range of their field; yes and no are `true` and `false`.',
    'backend: "python"\ninput { data_type: FP32 }',
    'backend: "python"\ninput { data_type: TYPE_FP32 }',
  ),
];

export const configRules: readonly RuleText[] = [
  ...textRules,
  ...[...rules, ...servingRules].map(({ id, summary, why, bad, good }) => rule(id, summary, why, bad, good)),
];
