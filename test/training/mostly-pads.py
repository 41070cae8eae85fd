# pair: {"fault": "mostly-padding", "layer": null, "layers": ["embed"], "also": [], "near": ["DataLoader("]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 6


def words(n, seed):
    g = torch.Generator().manual_seed(seed)
#[fault]     x = torch.randint(1, 8, (n, 10), generator=g)
#[fault]     x[:, 3:] = 0
#[healthy]     x = torch.randint(1, 8, (n, 10), generator=g)
    return x, ((x[:, :3] == 3).sum(1) > (x[:, :3] == 5).sum(1)).long()


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(8, 24)
        self.place = nn.Parameter(0.02 * torch.randn(10, 24))
        layer = nn.TransformerEncoderLayer(24, 2, 48, dropout=0.1, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(24, 2)

    def forward(self, x):
        return self.head(self.blocks(self.embed(x) + self.place).mean(1))


loader = DataLoader(TensorDataset(*words(1600, 1)), batch_size=32, shuffle=True)
vx, vy = words(400, 2)
model = Encoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
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
