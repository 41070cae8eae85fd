"""A compiled model, with the eager backend: no compiler is needed."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = torch.compile(nn.Sequential(nn.Linear(8, 32), nn.Tanh(), nn.Linear(32, 1)), backend="eager")
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(200):
    x = torch.randn(32, 8)
    y = x[:, :1] * x[:, 1:2]
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
