# pair: {"fault": "nonfinite-gradient", "layer": null, "layers": [], "also": ["nonfinite-forward", "loss-nonfinite"]}
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset

torch.manual_seed(0)
EPOCHS = 10


def curves(n, seed):
    g = torch.Generator().manual_seed(seed)
    mix = torch.randn(3, 24, generator=torch.Generator().manual_seed(4))
    return torch.tanh(torch.randn(n, 3, generator=g) @ mix) + 0.02 * torch.randn(n, 24, generator=g)


class Auto(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Linear(32, 3))
        self.decoder = nn.Sequential(nn.Linear(3, 32), nn.ReLU(), nn.Linear(32, 24))

    def forward(self, x):
        code = self.encoder(x)
#[fault]         return self.decoder(code / code.sub(code).pow(2).sum(1, keepdim=True).sqrt().add(1))
#[healthy]         return self.decoder(code / (code.pow(2).sum(1, keepdim=True) + 1e-6).sqrt())


loader = DataLoader(TensorDataset(curves(1500, 1)), batch_size=30, shuffle=True)
held = curves(300, 2)
model = Auto()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(EPOCHS):
    model.train()
    for (x,) in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), x)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        value = F.mse_loss(model(held), held).item()
    print(f"epoch {epoch} val {value:.5f}")
print(f"final: {value:.5f}")
