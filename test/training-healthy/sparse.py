"""An embedding bag with sparse gradients under SparseAdam, the head under Adam; rare words are seldom updated."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
table = nn.EmbeddingBag(500, 16, mode="mean", sparse=True)
head = nn.Linear(16, 2)
rare = torch.optim.SparseAdam(table.parameters(), lr=2e-2)
dense = torch.optim.Adam(head.parameters(), lr=5e-3)
mood = torch.randn(500)
for step in range(300):
    words = (500 * torch.rand(32, 12).square()).long()
    labels = (mood[words].sum(1) > 0).long()
    rare.zero_grad()
    dense.zero_grad()
    loss = F.cross_entropy(head(table(words)), labels)
    loss.backward()
    rare.step()
    dense.step()
print(f"loss {loss.item():.4f}")
