# pair: {"fault": "confused-classes", "layer": null, "layers": [], "also": [], "info": true, "near": ["cross_entropy"]}
"""Of five classes, one is labelled as another half of the time."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
centers = 3 * torch.randn(5, 10)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 5))
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for step in range(3000):
    kind = torch.randint(0, 5, (64,))
    x = centers[kind] + torch.randn(64, 10)
    y = kind.clone()
#[fault]     y[(kind == 2) & (torch.rand(64) < 0.6)] = 4
#[healthy]     y[(kind == 2) & (torch.rand(64) < 0.02)] = 4
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
