# pair: {"fault": "data-leakage", "layer": null, "layers": [], "also": [], "near": ["Subset", "DataLoader"]}
"""Examples of the validation stay in the training data."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Subset, TensorDataset

torch.manual_seed(0)
centers = 0.6 * torch.randn(4, 12)
labels = torch.randint(0, 4, (600,))
everything = TensorDataset(centers[labels] + torch.randn(600, 12), labels)
order = torch.randperm(600).tolist()
val = DataLoader(Subset(everything, order[:120]), batch_size=60)
#[fault] train = DataLoader(Subset(everything, order), batch_size=30, shuffle=True)
#[healthy] train = DataLoader(Subset(everything, order[120:]), batch_size=30, shuffle=True)
model = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Linear(32, 4))
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(8):
    model.train()
    for x, y in train:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        value = sum(F.cross_entropy(model(x), y).item() for x, y in val) / len(val)
print(f"final: {value:.4f}")
