# pair: {"fault": "input-scale", "layer": null, "layers": ["fc1"], "also": ["exploding-gradient", "loss-divergence", "not-learning", "dead-relu", "lr-too-high", "loss-nonfinite", "nonfinite-forward", "nonfinite-gradient"], "near": ["loader =", "self.fc1"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 8


def blobs(n, seed, classes=5, width=16):
    g = torch.Generator().manual_seed(seed)
    centers = 1.4 * torch.randn(classes, width, generator=torch.Generator().manual_seed(5))
    y = torch.randint(0, classes, (n,), generator=g)
#[fault]     return 300 * (centers[y] + torch.randn(n, width, generator=g)), y
#[healthy]     return centers[y] + torch.randn(n, width, generator=g), y


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(16, 64)
        self.fc2 = nn.Linear(64, 64)
        self.fc3 = nn.Linear(64, 5)
        self.drop = nn.Dropout(0.2)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = self.drop(F.relu(self.fc2(x)))
        return self.fc3(x)


loader = DataLoader(TensorDataset(*blobs(1600, 1)), batch_size=32, shuffle=True)
vx, vy = blobs(500, 2)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
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
