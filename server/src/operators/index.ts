/** Every operator and layer that the checker knows, one file each, sorted by file. */
import type { Declaration } from '../core/infer/operator';
import { activation, activationLayer } from './activation';
import { adaptivePool, adaptivePoolLayer } from './adaptive-pool';
import { addedProducts } from './added-products';
import { avgPool, avgPoolLayer } from './avg-pool';
import { batchNorm, batchNormLayer } from './batch-norm';
import { bilinear, bilinearLayer } from './bilinear';
import { binary } from './binary';
import { binaryCrossEntropy, binaryCrossEntropyLayer } from './binary-cross-entropy';
import { cat } from './cat';
import { complex } from './complex';
import { conversion } from './conversion';
import { convolution, convolutionLayer } from './convolution';
import { creation } from './creation';
import { crossEntropy, crossEntropyLayer } from './cross-entropy';
import { ctcLoss, ctcLossLayer } from './ctc-loss';
import { cumulative } from './cumulative';
import { dataDependent } from './data-dependent';
import { diagonal } from './diagonal';
import { distanceLoss, labelLossLayer, pairLossLayer, tripletLossLayer } from './distance-loss';
import { dropout, dropoutLayer } from './dropout';
import { einops } from './einops';
import { einopsEinsum } from './einops-einsum';
import { einopsLayers } from './einops-layers';
import { einopsPack } from './einops-pack';
import { einsum } from './einsum';
import { elementwiseLoss, elementwiseLossLayer, gaussianLossLayer, poissonLossLayer } from './elementwise-loss';
import { embedding, embeddingLayer } from './embedding';
import { embeddingBag, embeddingBagLayer } from './embedding-bag';
import { expand } from './expand';
import { extremes } from './extremes';
import { flatten } from './flatten';
import { flattenLayer, unflattenLayer } from './flatten-layer';
import { flip } from './flip';
import { fourier } from './fourier';
import { fractionalMaxPool, fractionalMaxPoolLayer } from './fractional-max-pool';
import { gather } from './gather';
import { getitem } from './getitem';
import { glu, gluLayer } from './glu';
import { gridSample } from './grid-sample';
import { grids } from './grids';
import { groupNorm, groupNormLayer } from './group-norm';
import { identityLayer } from './identity';
import { inspection } from './inspection';
import { instanceNorm, instanceNormLayer } from './instance-norm';
import { interpolate, interpolateLayer } from './interpolate';
import { layerNorm, layerNormLayer } from './layer-norm';
import { linear, linearLayer } from './linear';
import { linearAlgebra } from './linear-algebra';
import { literal } from './literal';
import { localResponseNorm, localResponseNormLayer } from './local-response-norm';
import { lpPool, lpPoolLayer } from './lp-pool';
import { masked } from './masked';
import { matmul } from './matmul';
import { maxPool, maxPoolLayer } from './max-pool';
import { maxUnpool, maxUnpoolLayer } from './max-unpool';
import { multiheadAttentionLayer } from './multihead-attention';
import { narrow } from './narrow';
import { normalize } from './normalize';
import { oneHot } from './one-hot';
import { pad, padLayer } from './pad';
import { permute } from './permute';
import { pixelShuffle, pixelShuffleLayer } from './pixel-shuffle';
import { prelu, preluLayer } from './prelu';
import { products } from './products';
import { random } from './random';
import { ranges } from './ranges';
import { recurrentLayer } from './recurrent';
import { recurrentCellLayer } from './recurrent-cell';
import { reduction } from './reduction';
import { repeat } from './repeat';
import { scaledDotProductAttention } from './scaled-dot-product-attention';
import { softmax, softmaxLayer } from './softmax';
import { solvers } from './solve';
import { split, unbind } from './split';
import { squeeze } from './squeeze';
import { stack } from './stack';
import { ternary } from './ternary';
import { transformerEncoderLayer, transformerEncoder, transformerDecoder, transformer } from './transformer';
import { transpose } from './transpose';
import { transposedConvolution, transposedConvolutionLayer } from './transposed-convolution';
import { unary } from './unary';
import { unfoldBlocks, unfoldBlocksLayer } from './unfold-blocks';
import { vectorDistance, vectorDistanceLayer } from './vector-distance';
import { view } from './view';

export const catalogue: readonly Declaration[] = [
  activation,
  activationLayer,
  adaptivePool,
  adaptivePoolLayer,
  addedProducts,
  avgPool,
  avgPoolLayer,
  batchNorm,
  batchNormLayer,
  bilinear,
  bilinearLayer,
  binary,
  binaryCrossEntropy,
  binaryCrossEntropyLayer,
  cat,
  complex,
  conversion,
  convolution,
  convolutionLayer,
  creation,
  crossEntropy,
  crossEntropyLayer,
  ctcLoss,
  ctcLossLayer,
  cumulative,
  dataDependent,
  diagonal,
  distanceLoss,
  labelLossLayer,
  pairLossLayer,
  tripletLossLayer,
  dropout,
  dropoutLayer,
  einops,
  einopsEinsum,
  einopsLayers,
  einopsPack,
  einsum,
  elementwiseLoss,
  elementwiseLossLayer,
  gaussianLossLayer,
  poissonLossLayer,
  embedding,
  embeddingLayer,
  embeddingBag,
  embeddingBagLayer,
  expand,
  extremes,
  flatten,
  flattenLayer,
  unflattenLayer,
  flip,
  fourier,
  fractionalMaxPool,
  fractionalMaxPoolLayer,
  gather,
  getitem,
  glu,
  gluLayer,
  gridSample,
  grids,
  groupNorm,
  groupNormLayer,
  identityLayer,
  inspection,
  instanceNorm,
  instanceNormLayer,
  interpolate,
  interpolateLayer,
  layerNorm,
  layerNormLayer,
  linear,
  linearLayer,
  linearAlgebra,
  literal,
  localResponseNorm,
  localResponseNormLayer,
  lpPool,
  lpPoolLayer,
  masked,
  matmul,
  maxPool,
  maxPoolLayer,
  maxUnpool,
  maxUnpoolLayer,
  multiheadAttentionLayer,
  narrow,
  normalize,
  oneHot,
  pad,
  padLayer,
  permute,
  pixelShuffle,
  pixelShuffleLayer,
  prelu,
  preluLayer,
  products,
  random,
  ranges,
  recurrentLayer,
  recurrentCellLayer,
  reduction,
  repeat,
  scaledDotProductAttention,
  softmax,
  softmaxLayer,
  solvers,
  split,
  unbind,
  squeeze,
  stack,
  ternary,
  transformerEncoderLayer,
  transformerEncoder,
  transformerDecoder,
  transformer,
  transpose,
  transposedConvolution,
  transposedConvolutionLayer,
  unary,
  unfoldBlocks,
  unfoldBlocksLayer,
  vectorDistance,
  vectorDistanceLayer,
  view,
];
