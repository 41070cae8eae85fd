"""A frozen backbone in evaluation mode; its last block is trained too from the middle on."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Linear(10, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 32), nn.BatchNorm1d(32), nn.ReLU()
        )
        self.head = nn.Linear(32, 3)

    def forward(self, x):
        return self.head(self.backbone(x))


model = Net()
for parameter in model.backbone.parameters():
    parameter.requires_grad_(False)
model.backbone.eval()
optimizer = torch.optim.AdamW(model.head.parameters(), lr=5e-3)
weights = torch.randn(10, 3)
for step in range(300):
    if step == 150:
        block = model.backbone[3:5]
        for parameter in block.parameters():
            parameter.requires_grad_(True)
        optimizer.add_param_group({"params": block.parameters(), "lr": 5e-4})
    x = torch.randn(32, 10)
    y = (x @ weights).argmax(1)
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
