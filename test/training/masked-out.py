# pair: {"fault": "collapsed-output", "layer": null, "layers": [], "also": ["no-gradient"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(10, 32)
#[fault]         self.register_buffer("gate", torch.full((32,), 1e-4))
#[healthy]         self.register_buffer("gate", torch.ones(32))
        self.out = nn.Linear(32, 5)

    def forward(self, x):
        return self.out(self.enter(x).relu() * self.gate)


model = Gated()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
weights = torch.randn(10, 5)
for step in range(250):
    x = torch.randn(64, 10)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), (x @ weights).argmax(1))
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
