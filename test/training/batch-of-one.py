# pair: {"fault": "noisy-gradient", "layer": null, "layers": [], "also": [], "info": true, "near": ["DataLoader"]}
"""Steps that follow single noisy examples."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(4000, 20)
y = x @ (0.67 * torch.randn(20, 1)) + 3 * torch.randn(4000, 1)
#[fault] loader = DataLoader(TensorDataset(x, y), batch_size=1, shuffle=True)
#[healthy] loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True)
model = nn.Linear(20, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.024)
step = 0
while step < 1500:
    for inputs, wanted in loader:
        optimizer.zero_grad()
        loss = F.mse_loss(model(inputs), wanted)
        loss.backward()
        optimizer.step()
        step += 1
with torch.no_grad():
    print(f"final: {F.mse_loss(model(x), y).item():.4f}")
