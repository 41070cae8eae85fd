# pair: {"fault": "attention-collapse", "layer": "attend", "layers": [""], "also": []}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Attend(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
#[fault]         scores = (30 * self.query(x)) @ (30 * self.key(x)).transpose(1, 2)
#[healthy]         scores = self.query(x) @ self.key(x).transpose(1, 2) / x.size(-1) ** 0.5
        return scores.softmax(-1) @ self.value(x)


class Mean(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(4, 16)
        self.attend = Attend(16)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        return self.out(self.attend(self.enter(x)))[:, 0, 0]


model = Mean()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(300):
    x = torch.randn(32, 24, 4)
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), 3 * x[:, :, 0].mean(1))
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
