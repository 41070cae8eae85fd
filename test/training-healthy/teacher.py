"""Distillation with a frozen teacher, and a moving average of the student that is copied by hand."""
import copy

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
teacher = nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 5)).eval().requires_grad_(False)
student = nn.Sequential(nn.Linear(10, 24), nn.SiLU(), nn.Linear(24, 5))
average = copy.deepcopy(student).requires_grad_(False)
optimizer = torch.optim.RMSprop(student.parameters(), lr=2e-3)
for step in range(300):
    x = torch.randn(64, 10)
    with torch.no_grad():
        wanted = F.softmax(10 * teacher(x), dim=1)
    loss = F.kl_div(F.log_softmax(student(x), dim=1), wanted, reduction="batchmean")
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        for kept, new in zip(average.parameters(), student.parameters()):
            kept.lerp_(new, 0.01)
print(f"loss {loss.item():.4f}")
