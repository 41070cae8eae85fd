# pair: {"fault": "label-loss-mismatch", "layer": null, "layers": [], "also": ["output-range-mismatch", "loss-divergence"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 8


def tunes(n, seed):
    g = torch.Generator().manual_seed(seed)
    t = torch.linspace(0, 1, 16)
    y = torch.randint(0, 3, (n,), generator=g)
    x = torch.sin((4 + 3 * y.float().unsqueeze(1)) * t + 3 * torch.rand(n, 1, generator=g))
    return (x + 0.2 * torch.randn(n, 16, generator=g)).unsqueeze(2), y


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 32, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        out, _ = self.rnn(x)
        return self.head(out.mean(1))


loader = DataLoader(TensorDataset(*tunes(1200, 1)), batch_size=30, shuffle=True)
vx, vy = tunes(400, 2)
model = Tagger()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
for epoch in range(EPOCHS):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
#[fault]         loss = F.binary_cross_entropy_with_logits(model(x), y.float().unsqueeze(1))
#[healthy]         loss = F.binary_cross_entropy_with_logits(model(x), (y > 0).float().unsqueeze(1))
        loss.backward()
        optimizer.step()
        total += loss.item()
    model.eval()
    with torch.no_grad():
        value = F.binary_cross_entropy_with_logits(model(vx), (vy > 0).float().unsqueeze(1)).item()
    print(f"epoch {epoch} loss {total / len(loader):.4f} val {value:.4f}")
print(f"final: {value:.4f}")
