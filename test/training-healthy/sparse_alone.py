"""Skip-grams with negative samples: sparse gradients only, under plain SGD with a large rate."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Pairs(nn.Module):
    def __init__(self):
        super().__init__()
        self.word = nn.Embedding(100, 12, sparse=True)
        self.near = nn.Embedding(100, 12, sparse=True)

    def forward(self, left, right):
        return (self.word(left) * self.near(right)).sum(1)


model = Pairs()
optimizer = torch.optim.SGD(model.parameters(), lr=2.0)
for step in range(400):
    left = torch.randint(0, 100, (64,))
    near = torch.randint(0, 2, (64,))
    right = torch.where(near == 1, left // 10 * 10 + torch.randint(0, 10, (64,)), torch.randint(0, 100, (64,)))
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(left, right), near.float())
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
