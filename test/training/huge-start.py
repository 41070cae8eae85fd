# pair: {"fault": "initial-loss", "layer": null, "layers": [], "also": [], "info": true, "near": ["F.cross_entropy"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
#[fault] model[2].weight.data *= 60
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
weights = torch.randn(10, 4)
for step in range(300):
    x = torch.randn(64, 10)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), (x @ weights).argmax(1))
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
