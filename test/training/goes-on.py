# pair: {"fault": "past-best", "layer": null, "layers": [], "also": ["overfit"], "info": true, "near": ["range(EPOCHS)", "model.eval()"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
#[fault] EPOCHS = 60
#[healthy] EPOCHS = 5
x, vx = torch.randn(96, 20), torch.randn(400, 20)
direction = torch.randn(20)
y, vy = (x @ direction + 2 * torch.randn(96) > 0).long(), (vx @ direction + 2 * torch.randn(400) > 0).long()
model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for epoch in range(EPOCHS):
    model.train()
    for part in torch.randperm(96).split(16):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x[part]), y[part])
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        value = F.cross_entropy(model(vx), vy).item()
print(f"final: {value:.4f}")
