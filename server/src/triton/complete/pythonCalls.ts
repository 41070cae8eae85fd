/** The setters of the Python backend's configuration object, with their checks and words. */
import { dataType } from '../schema/tensors';
import { openingOf, placeOf, type Problem } from '../rule';
import type { Message } from '../textFormat/message';
import { setType } from './onnx';
import type { Value } from './python';

export type Failure = Problem;
type Dict = ReadonlyMap<string, Value>;

const isDict = (value: Value | undefined): value is Dict => value instanceof Map;

/** As Python prints a value. */
export function printed(value: Value | undefined): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(printed).join(', ')}]`;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'None';
}

export class ConfigCalls {
  constructor(
    private readonly config: Message,
    private readonly model: string,
  ) {}

  /** What the call fails with; 'unclear' where it isn't known what it does. */
  call(method: string, args: readonly Value[]): Failure | 'unclear' | undefined {
    const [first] = args;
    if (method === 'set_max_batch_size' && typeof first === 'number') return this.batch(first);
    if (method === 'set_dynamic_batching' && args.length === 0) return this.dynamicBatching();
    if (method === 'add_input' && isDict(first)) return this.tensor('input', first);
    if (method === 'add_output' && isDict(first)) return this.tensor('output', first);
    if (method === 'set_model_transaction_policy' && isDict(first)) return this.transactions(first);
    return 'unclear';
  }

  private batch(size: number): Failure | undefined {
    const written = this.config.number('max_batch_size');
    if (written > size)
      return {
        message: `configuration specified max_batch_size ${written}, but in auto-complete-config function for model '${this.model}' specified max_batch_size ${size}`,
        at: placeOf(this.config, 'max_batch_size'),
      };
    this.config.set('max_batch_size', size);
    return undefined;
  }

  private dynamicBatching(): Failure | undefined {
    const other = ['sequence_batching', 'ensemble_scheduling'].find((scheduler) => this.config.has(scheduler));
    if (other !== undefined)
      return {
        message: `Configuration specified scheduling_choice as '${other}', but auto-complete-config function for model '${this.model}' tries to set scheduling_choice as 'dynamic_batching'`,
        at: this.config.item(other)?.name,
      };
    this.config.make('dynamic_batching');
    return undefined;
  }

  private tensor(list: 'input' | 'output', given: Dict): Failure | 'unclear' | undefined {
    const wrong = this.properties(list, given);
    if (wrong) return wrong;
    const [name, type, dims] = [given.get('name'), given.get('data_type'), given.get('dims')];
    if (typeof name !== 'string' || typeof type !== 'string' || !Array.isArray(dims)) return 'unclear';
    const known = this.config.all(list).find((tensor) => tensor.text('name') === name);
    const made = known ?? this.config.append(list);
    if (known) {
      const contradiction = this.contradiction(list, known, given);
      if (contradiction) return contradiction;
    } else made.set('name', name);
    if (!dataType.values.some((value) => value.name === type)) return 'unclear';
    if (made.enumName('data_type') !== type) setType(made, type);
    if (!made.has('dims')) for (const dim of dims as readonly Value[]) made.add('dims', Number(dim));
    const optional = given.get('optional');
    if (optional === true) made.set('optional', true);
    return undefined;
  }

  private properties(list: 'input' | 'output', given: Dict): Failure | undefined {
    const known = list === 'input' ? ['name', 'data_type', 'dims', 'optional'] : ['name', 'data_type', 'dims'];
    const place = `in auto-complete-config function for model '${this.model}'`;
    const failure = (message: string): Failure => ({ message, at: this.tensorPlace(list, given.get('name')) });
    const name = printed(given.get('name'));
    if ([...given.keys()].some((key) => !known.includes(key))) {
      const names = list === 'input' ? "'name', 'data_type', 'dims' and 'optional'" : "'name', 'data_type' and 'dims'";
      return failure(`${list} '${name}' ${place} contains property other than ${names}.`);
    }
    if (!given.has('name')) return failure(`${list} ${place} is missing 'name' property.`);
    const missing = ['data_type', 'dims'].find((key) => !given.has(key));
    return missing === undefined ? undefined : failure(`${list} '${name}' ${place} is missing '${missing}' property.`);
  }

  private contradiction(list: string, tensor: Message, given: Dict): Failure | undefined {
    const name = tensor.text('name');
    const written = tensor.enumName('data_type');
    if (tensor.number('data_type') !== 0 && written !== given.get('data_type'))
      return {
        message: `unable to load model '${this.model}', configuration expects datatype ${written} for ${list} '${name}', model provides ${printed(given.get('data_type'))}`,
        at: placeOf(tensor, 'data_type'),
      };
    const dims = tensor.numbers('dims');
    if (dims.length > 0 && printed(dims) !== printed(given.get('dims')))
      return {
        message: `model '${this.model}', tensor '${name}': the model expects dims ${printed(given.get('dims'))} but the model configuration specifies dims ${printed(dims)}`,
        at: placeOf(tensor, 'dims'),
      };
    const optional = given.get('optional');
    if (list === 'input' && optional !== undefined && tensor.flag('optional') !== optional)
      return {
        message: `model '${this.model}', tensor '${name}': the model expects optional ${printed(optional)} but the model configuration specifies optional ${printed(tensor.flag('optional'))}`,
        at: placeOf(tensor, 'optional', 'name'),
      };
    return undefined;
  }

  private transactions(given: Dict): Failure | undefined {
    if ([...given.keys()].some((key) => key !== 'decoupled'))
      return {
        message: `model transaction property in auto-complete-config function for model '${this.model}' contains property other than 'decoupled'.`,
        at: openingOf(this.config),
      };
    const policy = this.config.one('model_transaction_policy');
    const asked = given.get('decoupled');
    if (policy && asked !== undefined && policy.flag('decoupled') !== asked)
      return {
        message: `trying to change decoupled property in auto-complete-config for model '${this.model}', which is already set to '${printed(policy.flag('decoupled'))}'.`,
        at: placeOf(policy, 'decoupled'),
      };
    const made = this.config.make('model_transaction_policy');
    if (typeof asked === 'boolean') made.set('decoupled', asked);
    return undefined;
  }

  private tensorPlace(list: string, name: Value | undefined): Problem['at'] {
    const tensor = this.config.all(list).find((each) => each.text('name') === name);
    return tensor ? placeOf(tensor, 'name') : undefined;
  }
}
