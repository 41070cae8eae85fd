"""Two views of each example; every row's label is its own index, so labels come in order on purpose."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
encoder = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 16))
temperature = nn.Parameter(torch.tensor(2.0))
optimizer = torch.optim.Adam([*encoder.parameters(), temperature], lr=2e-3)
mix = torch.randn(5, 20)
for step in range(300):
    hidden = torch.randn(64, 5)
    first = F.normalize(encoder(hidden @ mix + 0.3 * torch.randn(64, 20)), dim=1)
    second = F.normalize(encoder(hidden @ mix + 0.3 * torch.randn(64, 20)), dim=1)
    scores = first @ second.T * temperature.exp()
    labels = torch.arange(64)
    loss = (F.cross_entropy(scores, labels) + F.cross_entropy(scores.T, labels)) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
