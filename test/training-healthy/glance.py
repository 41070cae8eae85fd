"""The accuracy on a part of the training data is looked at beside the loss, on purpose."""
import torch
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(0)
inputs = torch.randn(1200, 20)
labels = (inputs[:, 0] > 0).long()
train = TensorDataset(inputs, labels)
loader = DataLoader(train, batch_size=64, shuffle=True)
glance = DataLoader(Subset(train, range(256)), batch_size=64)
model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(12):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in glance)
print(f"final: {right / 256:.4f}")
