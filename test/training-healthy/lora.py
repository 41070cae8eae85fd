"""Low-rank updates of a frozen layer: B starts at zero, as it should, and few parameters are trained."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class LoRA(nn.Module):
    def __init__(self, base, rank=4):
        super().__init__()
        self.base = base.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(rank, base.in_features) / base.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x):
        return self.base(x) + x @ self.a.T @ self.b.T


model = nn.Sequential(LoRA(nn.Linear(16, 32)), nn.ReLU(), LoRA(nn.Linear(32, 32)), nn.ReLU(), nn.Linear(32, 3))
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-2)
weights = torch.randn(16, 3)
for step in range(200):
    x = torch.randn(32, 16)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), (x @ weights).argmax(1))
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
