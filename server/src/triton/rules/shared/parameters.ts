/** Model parameters, as backends read them: all of them are strings. */
import type { Span } from '../../../core/text/place';
import { placeOf } from '../../rule';
import type { Message } from '../../textFormat/message';

export interface Parameter {
  readonly key: string;
  readonly value: string;
  readonly at: Span | undefined;
}

/** The `string_value` of a parameter; undefined where there is no such parameter. */
export function parameterOf(config: Message, key: string): Parameter | undefined {
  const entry = config.entries('parameters').get(key);
  if (!entry) return undefined;
  const value = entry.one('value');
  return {
    key,
    value: value?.text('string_value') ?? '',
    at: value ? placeOf(value, 'string_value') : placeOf(entry, 'key'),
  };
}

/** What `stoi` makes of a text: digits in front count, the rest is passed over; undefined where there are none. */
export const wholeNumber = (text: string): number | undefined => {
  const digits = /^\s*([+-]?\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
};

export const notWhole = (text: string): string => `failed to convert '${text}' to integral number`;

/** As backends read yes and no. */
export const isTruth = (text: string): boolean => ['true', 'false', 'on', 'off', '1', '0'].includes(text.toLowerCase());

export const notTruth = (text: string): string => `failed to convert '${text}' to boolean`;
