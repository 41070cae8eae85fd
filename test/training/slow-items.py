# pair: {"fault": "data-loader-bottleneck", "layer": null, "layers": [], "also": [], "near": ["loader =", "def __getitem__"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 5


class Pictures(Dataset):
    def __init__(self, n, seed):
        g = torch.Generator().manual_seed(seed)
        base = torch.randint(0, 256, (4, 1, 12, 12), generator=torch.Generator().manual_seed(3)).float()
        self.y = torch.randint(0, 4, (n,), generator=g)
        self.x = (base[self.y] + 70 * torch.randn(n, 1, 12, 12, generator=g)).clamp(0, 255)

    def __len__(self):
        return len(self.y)

    def __getitem__(self, i):
#[fault]         for _ in range(40):
#[fault]             torch.fft.fft2(torch.randn(64, 64))
#[fault]         return (self.x[i] / 255 - 0.5) / 0.3, self.y[i]
#[healthy]         return (self.x[i] / 255 - 0.5) / 0.3, self.y[i]


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 12, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(12)
        self.conv2 = nn.Conv2d(12, 16, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(16)
        self.head = nn.Linear(16 * 9, 4)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.head(x.flatten(1))


loader = DataLoader(Pictures(320, 1), batch_size=32, shuffle=True)
val = DataLoader(Pictures(100, 2), batch_size=100)
model = Cnn()
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
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
        value = sum(F.cross_entropy(model(x), y).item() for x, y in val) / len(val)
    print(f"epoch {epoch} loss {total / len(loader):.4f} val {value:.4f}")
print(f"final: {value:.4f}")
