# pair: {"fault": "half-precision-headroom", "layer": "2", "layers": ["0", "1"], "also": ["lr-too-high", "not-learning"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Scaled(nn.Module):
    def forward(self, x):
#[fault]         return x * 12000
#[healthy]         return x


first, scaled, second = nn.Linear(10, 32), Scaled(), nn.Linear(32, 32)
model = nn.Sequential(first, scaled, second, nn.LayerNorm(32), nn.Linear(32, 3))
model = model.half()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
weights = torch.randn(10, 3)
for step in range(200):
    x = torch.randn(32, 10)
    labels = (x @ weights).argmax(1)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x.half()).float(), labels)
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
