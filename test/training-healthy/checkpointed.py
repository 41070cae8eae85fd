"""Activations are made again in the backward pass."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(8, 32)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 32))
            for _ in range(4)
        )
        self.leave = nn.Linear(32, 1)

    def forward(self, x):
        x = self.enter(x)
        for i, block in enumerate(self.blocks):
            x = x + checkpoint(block, x, use_reentrant=i % 2 == 1)
        return self.leave(x)


model = Deep()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
for step in range(200):
    x = torch.randn(64, 8)
    y = (2 * x[:, :1]).sin() + x[:, 1:2]
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
