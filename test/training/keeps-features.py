# pair: {"fault": "memory-growth", "layer": null, "layers": [], "also": ["graph-kept"], "near": [".backward()"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
body = nn.Sequential(nn.Linear(32, 512), nn.ReLU())
head = nn.Linear(512, 4)
optimizer = torch.optim.SGD([*body.parameters(), *head.parameters()], lr=0.05)
weights = torch.randn(32, 4)
features = []
for step in range(250):
    x = torch.randn(2048, 32)
    hidden = body(x)
    optimizer.zero_grad()
    loss = F.cross_entropy(head(hidden), (x @ weights).argmax(1))
    loss.backward()
    optimizer.step()
#[fault]     features.append(hidden.detach())
#[healthy]     features.append(hidden.detach().mean(0))
print(f"final: {loss.item():.4f} of {len(features)}")
