# pair: {"fault": "bad-init", "layer": "layers.0", "layers": ["layers.1", "layers.2", "layers.3", "layers.4", "layers.5", "layers.6", "layers.7", "layers.8", "layers.9", "layers.10", "layers.11"], "also": ["exploding-gradient", "loss-divergence", "not-learning"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 8
DEPTH = 12


def blobs(n, seed, classes=5, width=16):
    g = torch.Generator().manual_seed(seed)
    centers = 1.4 * torch.randn(classes, width, generator=torch.Generator().manual_seed(5))
    y = torch.randint(0, classes, (n,), generator=g)
    return centers[y] + torch.randn(n, width, generator=g), y


class Deep(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(16, 32)
        self.layers = nn.ModuleList([nn.Linear(32, 32) for _ in range(DEPTH)])
        self.last = nn.Linear(32, 5)
        for layer in self.layers:
#[fault]             nn.init.normal_(layer.weight)
#[healthy]             nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = torch.relu(self.first(x))
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)


loader = DataLoader(TensorDataset(*blobs(1600, 1)), batch_size=32, shuffle=True)
vx, vy = blobs(500, 2)
model = Deep()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        value = F.cross_entropy(model(vx), vy).item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} val {value:.4f}")
print(f"final: {value:.4f}")
