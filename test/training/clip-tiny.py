# pair: {"fault": "always-clipped", "layer": null, "layers": [], "also": [], "info": true}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for step in range(200):
    x = torch.randn(32, 10)
    y = x[:, :1] * 2 + x[:, 1:2]
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
#[fault]     nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
#[healthy]     nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
print(f"final: {loss.item():.4f}")
