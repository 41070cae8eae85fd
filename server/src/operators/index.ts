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
import { covariance } from './covariance';
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
import { factorSolvers } from './factor-solvers';
import { factorizations } from './factorizations';
import { fill } from './fill';
import { flatten } from './flatten';
import { flattenLayer, unflattenLayer } from './flatten-layer';
import { flip } from './flip';
import { fourier } from './fourier';
import { fractionalMaxPool, fractionalMaxPoolLayer } from './fractional-max-pool';
import { frexp } from './frexp';
import { gather } from './gather';
import { getitem } from './getitem';
import { glu, gluLayer } from './glu';
import { gridSample } from './grid-sample';
import { gridSampler } from './grid-sampler';
import { grids } from './grids';
import { groupNorm, groupNormLayer } from './group-norm';
import { hashTensor } from './hash-tensor';
import { histogram } from './histogram';
import { identityLayer } from './identity';
import { indexReduce } from './index-reduce';
import { inspection } from './inspection';
import { instanceNorm, instanceNormLayer } from './instance-norm';
import { interpolate, interpolateLayer } from './interpolate';
import { layerNorm, layerNormLayer } from './layer-norm';
import { linear, linearLayer } from './linear';
import { linearAlgebra } from './linear-algebra';
import { linearCrossEntropy, linearCrossEntropyLayer } from './linear-cross-entropy';
import { literal } from './literal';
import { localResponseNorm, localResponseNormLayer } from './local-response-norm';
import { lowRank } from './low-rank';
import { lpPool, lpPoolLayer } from './lp-pool';
import { masked } from './masked';
import { maskedReduction } from './masked-reduction';
import { matmul } from './matmul';
import { maxPool, maxPoolLayer } from './max-pool';
import { maxUnpool, maxUnpoolLayer } from './max-unpool';
import { multiheadAttentionLayer } from './multihead-attention';
import { narrow } from './narrow';
import { nativeNorms } from './native-norms';
import { nonzeroStatic } from './nonzero-static';
import { normalize } from './normalize';
import { oneHot } from './one-hot';
import { pad, padLayer } from './pad';
import { permute } from './permute';
import { pixelShuffle, pixelShuffleLayer } from './pixel-shuffle';
import { prelu, preluLayer } from './prelu';
import { products } from './products';
import { quantile } from './quantile';
import { random } from './random';
import { ranges } from './ranges';
import { recurrentLayer } from './recurrent';
import { recurrentCellLayer } from './recurrent-cell';
import { reduction } from './reduction';
import { repeat } from './repeat';
import { scaledDotProductAttention } from './scaled-dot-product-attention';
import { signalWindows } from './signal-windows';
import { sliceScatter } from './slice-scatter';
import { softmax, softmaxLayer } from './softmax';
import { solvers } from './solve';
import { special } from './special';
import { spectrogram } from './spectrogram';
import { split, unbind } from './split';
import { squeeze } from './squeeze';
import { stack } from './stack';
import { strides } from './strides';
import { sumToSize } from './sum-to-size';
import { ternary } from './ternary';
import { transformerEncoderLayer, transformerEncoder, transformerDecoder, transformer } from './transformer';
import { transpose } from './transpose';
import { transposedConvolution, transposedConvolutionLayer } from './transposed-convolution';
import { trapezoid } from './trapezoid';
import { unary } from './unary';
import { unfoldBlocks, unfoldBlocksLayer } from './unfold-blocks';
import { unravelIndex } from './unravel-index';
import { vander } from './vander';
import { vecdot } from './vecdot';
import { vectorDistance, vectorDistanceLayer } from './vector-distance';
import { view } from './view';
import { viewCopies } from './view-copies';

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
  covariance,
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
  factorSolvers,
  factorizations,
  fill,
  flatten,
  flattenLayer,
  unflattenLayer,
  flip,
  fourier,
  fractionalMaxPool,
  fractionalMaxPoolLayer,
  frexp,
  gather,
  getitem,
  glu,
  gluLayer,
  gridSample,
  gridSampler,
  grids,
  groupNorm,
  groupNormLayer,
  hashTensor,
  histogram,
  identityLayer,
  indexReduce,
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
  linearCrossEntropy,
  linearCrossEntropyLayer,
  literal,
  localResponseNorm,
  localResponseNormLayer,
  lowRank,
  lpPool,
  lpPoolLayer,
  masked,
  maskedReduction,
  matmul,
  maxPool,
  maxPoolLayer,
  maxUnpool,
  maxUnpoolLayer,
  multiheadAttentionLayer,
  narrow,
  nativeNorms,
  nonzeroStatic,
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
  quantile,
  random,
  ranges,
  recurrentLayer,
  recurrentCellLayer,
  reduction,
  repeat,
  scaledDotProductAttention,
  signalWindows,
  sliceScatter,
  softmax,
  softmaxLayer,
  solvers,
  special,
  spectrogram,
  split,
  unbind,
  squeeze,
  stack,
  strides,
  sumToSize,
  ternary,
  transformerEncoderLayer,
  transformerEncoder,
  transformerDecoder,
  transformer,
  transpose,
  transposedConvolution,
  transposedConvolutionLayer,
  trapezoid,
  unary,
  unfoldBlocks,
  unfoldBlocksLayer,
  unravelIndex,
  vander,
  vecdot,
  vectorDistance,
  vectorDistanceLayer,
  view,
  viewCopies,
];
