/** Documentation of the findings about training: losses, optimizers, schedulers, loops, data loaders. */
import type { RuleText } from '../core/infer/operator';

const importing = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';
type Example = (id: string, summary: string, why: string, bad: string, good: string) => RuleText;
/** PyTorch raises. */
const rule: Example = (id, summary, why, bad, good) => ({
  id,
  summary,
  why,
  bad: importing + bad,
  good: importing + good,
});
/** PyTorch runs it, and does something else than was meant. */
const advice: Example = (...texts) => ({ ...rule(...texts), runs: true });

const data = 'x, y = torch.randn(4, 8), torch.zeros(4, dtype=torch.long)\n';
const training = `${data}model = nn.Sequential(nn.Linear(8, 3), nn.Dropout())\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n`;
const round = '    loss = F.cross_entropy(model(x), y)\n    loss.backward()\n    optimizer.step()';

export const trainingRules: readonly RuleText[] = [
  rule(
    'backward-of-many',
    'backward() is called on a tensor of more than one number.',
    'Gradients are those of one number. A loss with reduction="none" has one for each example: mean() or sum() comes first, or backward() gets a weight for each.',
    `${data}loss = F.cross_entropy(nn.Linear(8, 3)(x), y, reduction="none")\nloss.backward()`,
    `${data}loss = F.cross_entropy(nn.Linear(8, 3)(x), y, reduction="none")\nloss.mean().backward()`,
  ),
  rule(
    'backward-without-graph',
    'backward() is called where no gradient leads back to any parameter.',
    '`.detach()`, `.data` and `torch.tensor(loss)` give the numbers without the way they were computed. They are for looking at, not for training.',
    `${data}model = nn.Linear(8, 3)\nloss = torch.tensor(F.cross_entropy(model(x), y))\nloss.backward()`,
    `${data}model = nn.Linear(8, 3)\nloss = F.cross_entropy(model(x), y)\nloss.backward()`,
  ),
  advice(
    'eval-never-undone',
    'A training loop switches the model to evaluation after the first round and never back.',
    'model.eval() turns dropout off and fixes the statistics of batch norms until model.train() is called. All rounds but the first train in that mode. It is a warning where the model has such layers, a piece of advice where that is not known. Source: torch.nn.Module.eval.',
    `${training}for epoch in range(3):\n    optimizer.zero_grad()\n${round}\n    model.eval()\n    print(model(x).argmax(1))`,
    `${training}for epoch in range(3):\n    model.train()\n    optimizer.zero_grad()\n${round}\n    model.eval()\n    print(model(x).argmax(1))`,
  ),
  advice(
    'loss-without-activation',
    'A loss of probabilities or log-probabilities gets what a layer gives as it is.',
    'nll_loss takes log-probabilities: log_softmax comes before it, or cross_entropy takes both their places. binary_cross_entropy takes probabilities and raises for the first score outside of 0 to 1: a sigmoid comes before it, or binary_cross_entropy_with_logits takes both their places, with better rounding. Source: torch.nn.NLLLoss, torch.nn.BCELoss.',
    `${data}model = nn.Linear(8, 3)\nloss = F.nll_loss(model(x), y)`,
    `${data}model = nn.Linear(8, 3)\nloss = F.nll_loss(F.log_softmax(model(x), dim=1), y)`,
  ),
  advice(
    'missing-zero-grad',
    'A training loop never resets gradients.',
    'backward() adds to the gradients that are there. Without zero_grad() every step follows the sum of all rounds so far. It is a warning for an optimizer of torch, a piece of advice for what is only named so. Source: torch.optim.Optimizer.zero_grad.',
    `${training}for epoch in range(3):\n${round}`,
    `${training}for epoch in range(3):\n    optimizer.zero_grad()\n${round}`,
  ),
  advice(
    'optimizer-before-layers',
    'A layer of the model was made after the optimizer had taken its parameters.',
    'An optimizer keeps the parameters that parameters() gave when it was made. A layer that takes the place of another later is never trained; the one it replaced is. Replace layers first, or give the new ones to add_param_group. Source: torch.optim, "Constructing it".',
    `${data}model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 5))\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nmodel[1] = nn.Linear(8, 3)\nF.cross_entropy(model(x), y).backward()\noptimizer.step()`,
    `${data}model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 5))\nmodel[1] = nn.Linear(8, 3)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nF.cross_entropy(model(x), y).backward()\noptimizer.step()`,
  ),
  advice(
    'optimizer-of-frozen-parameters',
    'No parameter that an optimizer has gets a gradient.',
    'All were frozen with requires_grad = False, mostly to train a new last layer that was then forgotten, or replaced too early. The optimizer steps and changes nothing. Source: torch.Tensor.requires_grad.',
    'model = nn.Linear(8, 3)\nfor p in model.parameters():\n    p.requires_grad = False\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\noptimizer.step()',
    'model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 5))\nfor p in model.parameters():\n    p.requires_grad = False\nmodel[1] = nn.Linear(8, 3)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\noptimizer.step()',
  ),
  rule(
    'optimizer-without-parameters',
    'An optimizer gets nothing to optimize.',
    'The module has no layers with parameters: they were not assigned to attributes, or they are in a plain list instead of an nn.ModuleList.',
    'act = nn.Sequential(nn.ReLU(), nn.Flatten())\noptimizer = torch.optim.Adam(act.parameters())',
    'model = nn.Sequential(nn.Flatten(), nn.Linear(8, 3))\noptimizer = torch.optim.Adam(model.parameters())',
  ),
  advice(
    'scheduler-before-optimizer',
    'A learning-rate scheduler steps before the optimizer has.',
    'The first value of the schedule is never used, so everything comes one step early. PyTorch warns of it while it runs. Source: torch.optim.lr_scheduler, "How to adjust learning rate".',
    `${training}scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)\nfor epoch in range(3):\n    scheduler.step()\n    optimizer.zero_grad()\n${round}`,
    `${training}scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)\nfor epoch in range(3):\n    optimizer.zero_grad()\n${round}\n    scheduler.step()`,
  ),
  advice(
    'sigmoid-before-logits-loss',
    'A sigmoid comes before a loss that applies the sigmoid itself.',
    'BCEWithLogitsLoss takes raw scores. After a sigmoid they lie between 0 and 1, of which its own makes 0.5 to 0.73: no example can be told from another with any certainty, and gradients are small. Source: torch.nn.BCEWithLogitsLoss.',
    'scores, target = torch.randn(4, 1), torch.ones(4, 1)\nloss = F.binary_cross_entropy_with_logits(torch.sigmoid(scores), target)',
    'scores, target = torch.randn(4, 1), torch.ones(4, 1)\nloss = F.binary_cross_entropy_with_logits(scores, target)',
  ),
  advice(
    'softmax-before-cross-entropy',
    'A softmax comes before cross entropy, which applies log_softmax itself.',
    'Probabilities lie between 0 and 1, so the second softmax makes them nearly equal: the loss can not become small and gradients are weak. Training works, badly. A log_softmax does no harm, since it stays what it is. Source: torch.nn.CrossEntropyLoss.',
    `${data}model = nn.Sequential(nn.Linear(8, 3), nn.Softmax(dim=1))\nloss = nn.CrossEntropyLoss()(model(x), y)`,
    `${data}model = nn.Sequential(nn.Linear(8, 3))\nloss = nn.CrossEntropyLoss()(model(x), y)`,
  ),
];
