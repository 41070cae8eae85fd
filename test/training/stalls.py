# pair: {"fault": "step-outlier", "layer": null, "layers": [], "also": [], "info": true}
import time

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for step in range(360):
    x = torch.randn(32, 10)
#[fault]     if step > 220 and step % 10 == 0:
#[fault]         time.sleep(0.6)
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), x[:, :1] + x[:, 1:2])
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
