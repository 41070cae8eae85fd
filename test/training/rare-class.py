# pair: {"fault": "class-imbalance", "layer": null, "layers": [], "also": [], "near": ["loader ="]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 8


def blobs(n, seed, classes=5, width=16):
    g = torch.Generator().manual_seed(seed)
    centers = 0.35 * torch.randn(classes, width, generator=torch.Generator().manual_seed(5))
    y = (torch.rand(n, generator=g) < 0.03).long()
    return centers[y] + torch.randn(n, width, generator=g), y


model = nn.Sequential(
    nn.Linear(16, 48),
    nn.Tanh(),
    nn.Linear(48, 48),
    nn.Tanh(),
    nn.Linear(48, 5),
)
loader = DataLoader(TensorDataset(*blobs(1600, 1)), batch_size=40, shuffle=True)
vx, vy = blobs(500, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
weight = torch.tensor([1.0, 30.0, 1.0, 1.0, 1.0])
for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
#[fault]         loss = F.cross_entropy(model(x), y)
#[healthy]         loss = F.cross_entropy(model(x), y, weight=weight)
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        value = F.cross_entropy(model(vx), vy).item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} val {value:.4f}")
print(f"final: {value:.4f}")
