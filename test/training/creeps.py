# pair: {"fault": "slow-convergence", "layer": null, "layers": [], "also": ["lr-too-low"], "info": true}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(512, 10)
y = (x @ torch.randn(10, 3)).argmax(1)
model = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 3))
#[fault] optimizer = torch.optim.Adam(model.parameters(), lr=1e-5)
#[healthy] optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for step in range(500):
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
