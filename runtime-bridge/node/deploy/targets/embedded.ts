/** The default: the front, with one process of ONNX Runtime for each version. Nothing to install. */
import { BehindFront, inFront } from './behindFront';
import type { TargetKind } from './target';

export const embedded: TargetKind = {
  id: 'embedded',
  canSplit: true,
  canShadow: true,
  canRead: true,
  open: (place) => BehindFront.open(place, inFront(place)),
};
