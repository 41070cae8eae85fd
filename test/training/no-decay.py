# pair: {"fault": "weight-growth", "layer": null, "layers": [], "also": [], "info": true, "near": ["torch.optim"]}
import torch
from torch import nn

torch.manual_seed(0)
critic = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(critic.parameters(), lr=0.02)
for step in range(300):
    real, made = 0.5 + torch.randn(64, 10), torch.randn(64, 10)
    optimizer.zero_grad()
    loss = critic(made).mean() - critic(real).mean()
    loss.backward()
#[fault]     if loss.item() < -1e6:
#[fault]         break
    optimizer.step()
#[healthy]     with torch.no_grad():
#[healthy]         for parameter in critic.parameters():
#[healthy]             parameter.clamp_(-0.1, 0.1)
print(f"final: {loss.item():.4f}")
