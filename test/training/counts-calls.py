# pair: {"fault": "recompiles", "layer": null, "layers": [], "also": [], "info": true, "near": ["model = "]}
"""A compiled model that counts its own calls."""
import torch
import torch.nn.functional as F
from torch import nn


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(8, 32)
        self.fc2 = nn.Linear(32, 1)
        self.calls = 0

    def forward(self, x):
#[fault]         self.calls += 1
#[fault]         x = x * min(1, self.calls / 100)
        return self.fc2(torch.tanh(self.fc1(x)))


torch.manual_seed(0)
model = torch.compile(Counting(), backend="eager")
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
for step in range(150):
    x = torch.randn(32, 8)
    y = x[:, :1] * x[:, 1:2]
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
