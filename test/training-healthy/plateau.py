"""Parity of four bits: the loss stays at ln 2 for a while before it falls."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(1)
model = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
for step in range(900):
    x = torch.randint(0, 2, (64, 8)).float() * 2 - 1
    y = (x[:, :4].prod(1, keepdim=True) > 0).float()
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(x), y)
    loss.backward()
    optimizer.step()
    if step in (20, 100, 300, 600):
        print(f"step {step} loss {loss.item():.4f}")
print(f"loss {loss.item():.4f}")
