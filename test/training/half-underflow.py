# pair: {"fault": "gradient-underflow", "layer": null, "layers": [], "also": [], "near": [".backward()"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(10, 32), nn.Tanh(), nn.Linear(32, 3)).half()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
weights = torch.randn(10, 3)
for step in range(200):
    x = torch.randn(32, 10)
    labels = (x @ weights).argmax(1)
    optimizer.zero_grad()
    loss = 1e-6 * F.cross_entropy(model(x.half()).float(), labels)
#[fault]     loss.backward()
#[fault]     optimizer.step()
#[healthy]     (2.0**16 * loss).backward()
#[healthy]     optimizer.step()
print(f"final: {1e6 * loss.item():.4f}")
