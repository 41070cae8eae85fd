/**
 * Data sets of torchvision that are the same for everybody, and what its transforms make of their pictures.
 *
 * What the transforms do is said here and not read from their source: that works on pictures of PIL.
 *
 * Errors: `broadcast-mismatch` for constants that don't fit the channels, `invalid-argument` for Normalize too early.
 * Source: torchvision.datasets and torchvision.transforms (v1 and v2), torchvision 0.28.
 */
import type * as tree from '../../python/tree';
import { constantOf } from '../../shape/dim';
import { isFloating, type DType } from '../../shape/dtype';
import type { Fix } from '../../finding';
import type { Place } from '../../text/place';
import type { Evaluator } from '../evaluator';
import type { Instance } from '../heap';
import { settle } from '../latent';
import { itemsOf } from '../containers';
import { mismatch } from '../operator';
import { unknown, type Value } from '../value';

/** A picture, opened by PIL or a tensor; its sizes are those of every sample. */
export interface Picture {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** undefined: PIL has it. */
  readonly dtype: DType | undefined;
  /** Where a tensor was made of it. */
  readonly opened?: Place | undefined;
}

/** What a data set is known to give. */
export interface Pictures {
  readonly picture: Picture;
  readonly classes: number;
  /** How many samples there are. */
  readonly length: number | undefined;
}

type Known = Omit<Pictures, 'length'> & { readonly lengths: Readonly<Record<string, number>> };

const of = (classes: number, channels: number, size: number, lengths: Known['lengths']): Known => ({
  classes,
  picture: { channels, height: size, width: size, dtype: undefined },
  lengths,
});
const digits = of(10, 1, 28, { true: 60_000, false: 10_000 });
/** Data sets whose labels come in no order. */
const sets: Readonly<Record<string, Known>> = {
  CIFAR10: of(10, 3, 32, { true: 50_000, false: 10_000 }),
  CIFAR100: of(100, 3, 32, { true: 50_000, false: 10_000 }),
  FashionMNIST: digits,
  KMNIST: digits,
  MNIST: digits,
  SVHN: of(10, 3, 32, { train: 73_257, test: 26_032, extra: 531_131 }),
};

/** Text that may choose among the samples, or change their labels. */
const CHANGES = /\.(targets|labels)\b|\.data\s*=[^=]/;

/** What a data set of torchvision gives before its transforms; undefined for all others. */
export function picturesOf(ev: Evaluator, set: Instance, node: tree.Expr): Pictures | undefined {
  if (typeof set.cls === 'string' || set.open || !set.cls.file.includes('/torchvision/datasets/')) return undefined;
  const { name } = set.cls.node;
  const number = (attribute: string): number | undefined => numberOf(ev, set.attrs.get(attribute));
  if (name === 'FakeData') {
    const sizes = itemsOf(ev, set.attrs.get('image_size') ?? unknown(name))?.map((size) => numberOf(ev, size));
    const [channels, height, width] = sizes ?? [];
    const classes = number('num_classes');
    return channels === undefined || height === undefined || width === undefined || classes === undefined
      ? undefined
      : { picture: { channels, height, width, dtype: undefined }, classes, length: number('size') };
  }
  const known = Object.hasOwn(sets, name) ? sets[name] : undefined;
  const files = [node.at.file, set.built?.place.at.file ?? node.at.file];
  if (known === undefined || files.some((file) => CHANGES.test(ev.program.textOfFile(file)))) return undefined;
  const part = settle(ev, set.attrs.get('train') ?? set.attrs.get('split') ?? unknown(name));
  const written = part.kind === 'bool' || part.kind === 'str' ? String(part.value) : '';
  return { ...known, length: Object.hasOwn(known.lengths, written) ? known.lengths[written] : undefined };
}

function numberOf(ev: Evaluator, value: Value | undefined): number | undefined {
  const known = value && settle(ev, value);
  return known?.kind === 'int' ? constantOf(ev.machine.facts.dim(known.dim)) : undefined;
}

// ---- transforms

/** The picture as samples have it; undefined where a transform isn't known, or refuses it, which is said. */
export function transformed(ev: Evaluator, set: Instance, picture: Picture, node: tree.Expr): Picture | undefined {
  return apply(ev, set.attrs.get('transform') ?? unknown('transform'), picture, node);
}

/** Transforms that leave sizes and types as they are. */
const KEPT =
  /^(Identity|Random(Horizontal|Vertical)Flip|ColorJitter|RandomAffine|RandomGrayscale|RandomPerspective|RandomInvert|RandomPosterize|RandomSolarize|RandomAutocontrast|RandomEqualize|RandomAdjustSharpness|AutoAugment|RandAugment|TrivialAugmentWide|AugMix|GaussianBlur)$/;

function apply(ev: Evaluator, written: Value, picture: Picture, node: tree.Expr): Picture | undefined {
  const value = settle(ev, written);
  const step = value.kind === 'ref' ? ev.machine.read(value.id) : undefined;
  if (step?.kind !== 'instance' || typeof step.cls === 'string' || step.open) return undefined;
  if (!step.cls.file.includes('/torchvision/transforms/')) return undefined;
  const { name } = step.cls.node;
  if (KEPT.test(name)) return picture;
  return Object.hasOwn(steps, name) ? steps[name]?.({ ev, step, picture, node }) : undefined;
}

interface Use {
  readonly ev: Evaluator;
  readonly step: Instance;
  readonly picture: Picture;
  readonly node: tree.Expr;
}
type Step = (use: Use) => Picture | undefined;

const attribute = ({ step }: Use, name: string): Value => step.attrs.get(name) ?? unknown(name);
/** Makes a tensor of what PIL has opened. */
const tensorOf =
  (dtype: DType): Step =>
  ({ picture, step }) =>
    picture.dtype === undefined ? { ...picture, dtype, opened: step.built?.place } : undefined;
const typed: Step = (use) => {
  const dtype = settle(use.ev, attribute(use, 'dtype'));
  return use.picture.dtype !== undefined && dtype.kind === 'dtype' ? { ...use.picture, dtype: dtype.dtype } : undefined;
};

/** Height and width that `size` asks for: of a number, both. */
function sizesOf(use: Use): readonly [number, number] | undefined {
  const size = attribute(use, 'size');
  const sizes = (itemsOf(use.ev, size) ?? [size]).map((item) => numberOf(use.ev, item));
  const [height, width = height] = sizes;
  return sizes.length > 2 || height === undefined || width === undefined ? undefined : [height, width];
}
const cut: Step = (use) => {
  const [height, width] = sizesOf(use) ?? [];
  return height === undefined || width === undefined ? undefined : { ...use.picture, height, width };
};

const steps: Readonly<Record<string, Step>> = {
  CenterCrop: cut,
  Compose(use) {
    let picture: Picture | undefined = use.picture;
    for (const step of itemsOf(use.ev, attribute(use, 'transforms')) ?? [unknown('transforms')])
      picture &&= apply(use.ev, step, picture, use.node);
    return picture;
  },
  ConvertImageDtype: typed,
  Grayscale(use) {
    const channels = numberOf(use.ev, attribute(use, 'num_output_channels'));
    // A tensor of one channel stays one.
    return channels === undefined || use.picture.dtype !== undefined ? undefined : { ...use.picture, channels };
  },
  Normalize: normalize,
  PILToTensor: tensorOf('uint8'),
  RandomCrop(use) {
    const made = cut(use);
    const fits = made !== undefined && made.height <= use.picture.height && made.width <= use.picture.width;
    // A crop that is larger than the picture is another matter.
    return fits ? made : undefined;
  },
  RandomResizedCrop: cut,
  Resize(use) {
    const size = attribute(use, 'size');
    // One number is for the shorter side; the other follows.
    const isOne = size.kind === 'int' || itemsOf(use.ev, size)?.length === 1;
    if (attribute(use, 'max_size').kind !== 'none' || (isOne && use.picture.height !== use.picture.width))
      return undefined;
    return cut(use);
  },
  ToDtype: typed,
  ToImage: tensorOf('uint8'),
  ToTensor: tensorOf('float32'),
};

// ---- normalization

const shown = ({ channels, height, width }: Picture): string => `[${channels}, ${height}, ${width}]`;

/** Constants for each channel: in torchvision's words where they don't fit. */
function normalize(use: Use): Picture | undefined {
  const { ev, step, picture, node } = use;
  const counts = ['mean', 'std'].map((name) => itemsOf(ev, attribute(use, name))?.length);
  const [means, deviations] = counts;
  if (means === undefined || deviations === undefined) return undefined;
  const isNew = typeof step.cls !== 'string' && step.cls.file.includes('/v2/');
  const told = refused(picture, means, deviations, isNew);
  if (told === undefined) return { ...picture, channels: isNew ? Math.max(picture.channels, means) : picture.channels };
  const isEarly = picture.dtype === undefined || !isFloating(picture.dtype);
  const message = isEarly
    ? 'Normalize stands before what makes a tensor of floats'
    : `${means} means and ${deviations} deviations for pictures of ${channelsOf(picture)}`;
  ev.report.mismatch(
    ev,
    {
      ...mismatch(isEarly ? 'invalid-argument' : 'broadcast-mismatch', told),
      related: step.built === undefined ? [] : [{ place: step.built.place, message }],
      edits: picture.channels === 1 && !isEarly && means === 3 ? threeChannels(use) : [],
    },
    node,
  );
  return undefined;
}

/** Puts a step that repeats the one channel before the picture becomes a tensor. */
function threeChannels({ ev, picture: { opened: place } }: Use): readonly Fix[] {
  const written = place && ev.program.textOf(place);
  const prefix = /^([\w.]*)To\w+\(/.exec(written ?? '')?.[1];
  if (place === undefined || prefix === undefined) return [];
  const newText = `${prefix}Grayscale(num_output_channels=3), ${written ?? ''}`;
  return [{ title: 'Insert Grayscale(num_output_channels=3)', edits: [{ place, newText }] }];
}

const channelsOf = ({ channels }: Picture): string => (channels === 1 ? '1 channel' : `${channels} channels`);

function refused(picture: Picture, means: number, deviations: number, isNew: boolean): string | undefined {
  if (picture.dtype === undefined)
    return isNew
      ? 'Normalize() does not support PIL images.'
      : "img should be Tensor Image. Got <class 'PIL.Image.Image'>";
  if (!isFloating(picture.dtype)) return `Input tensor should be a float tensor. Got torch.${picture.dtype}.`;
  let { channels } = picture;
  // v1 computes in place: one channel stays one. v2 makes as many as there are means.
  for (const [count, inPlace] of [
    [means, !isNew],
    [deviations, true],
  ] as const) {
    if (count === channels || count === 1) continue;
    const before = { ...picture, channels };
    if (channels !== 1)
      return `The size of tensor a (${channels}) must match the size of tensor b (${count}) at non-singleton dimension 0`;
    if (inPlace)
      return `output with shape ${shown(before)} doesn't match the broadcast shape ${shown({ ...before, channels: count })}`;
    channels = count;
  }
  return undefined;
}
