# pair: {"fault": "lr-too-high", "layer": null, "layers": [], "also": ["loss-oscillation", "loss-divergence"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x = torch.randn(256, 8)
y = 4 * x @ torch.randn(8, 1) + 0.3 * torch.randn(256, 1)
x[:, 0] *= 5
model = nn.Linear(8, 1)
with torch.no_grad():
    model.weight.copy_(torch.linalg.lstsq(x, y).solution.T)
    model.weight += 0.05
#[fault] optimizer = torch.optim.SGD(model.parameters(), lr=0.039)
#[healthy] optimizer = torch.optim.SGD(model.parameters(), lr=0.002)
for step in range(4000):
    part = torch.randint(0, 256, (6,))
    optimizer.zero_grad()
    loss = F.mse_loss(model(x[part]), y[part])
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
