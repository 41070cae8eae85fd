# pair: {"fault": "loss-oscillation", "layer": null, "layers": [], "also": ["lr-too-high", "not-learning"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


def curve(n, seed):
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 32, generator=g)
    line = torch.randn(32, 1, generator=torch.Generator().manual_seed(9)) / 32**0.5
    y = torch.tanh(2 * x @ line) + 0.8 * torch.randn(n, 1, generator=g)
    return x, (y - y.mean()) / y.std()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(32, 64)
        self.norm1 = nn.LayerNorm(64)
        self.fc2 = nn.Linear(64, 64)
        self.norm2 = nn.LayerNorm(64)
        self.out = nn.Linear(64, 1)

    def forward(self, x):
        x = F.relu(self.norm1(self.fc1(x)))
        x = F.relu(self.norm2(self.fc2(x)))
        return self.out(x)


loader = DataLoader(TensorDataset(*curve(1024, 1)), batch_size=2, shuffle=True)
vx, vy = curve(500, 2)
model = Net()
#[fault] optimizer = torch.optim.Adam(model.parameters(), lr=3.3e-3, betas=(0.0, 0.9))
#[healthy] optimizer = torch.optim.Adam(model.parameters(), lr=3e-4, betas=(0.0, 0.9))
for epoch in range(1):
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
