"""Tied embeddings, and one block that is called three times."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 32)
        self.block = nn.Sequential(nn.LayerNorm(32), nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32))
        self.out = nn.Linear(32, 20, bias=False)
        self.out.weight = self.embed.weight
        nn.init.normal_(self.embed.weight, std=0.1)

    def forward(self, tokens):
        x = self.embed(tokens)
        for _ in range(3):
            x = x + self.block(x)
        return self.out(x)


model = Tied()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
follow = torch.randperm(20)
for step in range(200):
    tokens = torch.randint(0, 20, (16, 12))
    optimizer.zero_grad()
    loss = F.cross_entropy(model(tokens).flatten(0, 1), follow[tokens].flatten())
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
