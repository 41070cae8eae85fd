# pair: {"fault": "broadcast-loss", "layer": null, "layers": [], "also": ["not-learning"], "near": ["loss = F.mse_loss"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 10


def waves(n, seed):
    g = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 4, generator=g) - 1
    y = torch.sin(3 * x[:, 0]) + x[:, 1] * x[:, 2] + 0.1 * torch.randn(n, generator=g)
#[fault]     return x, y
#[healthy]     return x, y.unsqueeze(1)


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU())
        self.out = nn.Linear(64, 1)

    def forward(self, x):
        return self.out(self.body(x))


loader = DataLoader(TensorDataset(*waves(1600, 1)), batch_size=32, shuffle=True)
vx, vy = waves(400, 2)
model = Regressor()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        value = F.mse_loss(model(vx), vy).item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} val {value:.4f}")
print(f"final: {value:.4f}")
