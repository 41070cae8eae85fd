# pair: {"fault": "channels-last-layout", "layer": "0", "layers": [], "also": [], "near": ["nn.Conv2d("]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
#[fault] model = nn.Sequential(nn.Conv2d(16, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4))
#[healthy] model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.LazyLinear(4))
patterns = torch.randn(4, 16, 16, 1)
#[healthy] patterns = patterns.permute(0, 3, 1, 2)
model(patterns)
optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
for step in range(100):
    labels = torch.randint(0, 4, (32,))
    pictures = patterns[labels]
    pictures = pictures + 2.0 * torch.randn_like(pictures)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(pictures), labels)
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
