"""Three tasks on one body, two backward passes through one graph, and a validation in the middle of each epoch."""
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Tasks(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(10, 48), nn.ReLU(), nn.Dropout(0.1), nn.Linear(48, 48), nn.ReLU())
        self.kind, self.size, self.flag = nn.Linear(48, 4), nn.Linear(48, 1), nn.Linear(48, 1)

    def forward(self, x):
        hidden = self.body(x)
        return self.kind(hidden), self.size(hidden).squeeze(1), self.flag(hidden).squeeze(1)


def made(n):
    x = torch.randn(n, 10)
    return x, x[:, :4].argmax(1), x[:, 4] * x[:, 5], (x[:, 6] > 0).float()


def losses(model, batch):
    x, kind, size, flag = batch
    kinds, sizes, flags = model(x)
    return F.cross_entropy(kinds, kind), F.huber_loss(sizes, size), F.binary_cross_entropy_with_logits(flags, flag)


train, held = TensorDataset(*made(1600)), DataLoader(TensorDataset(*made(200)), batch_size=100)
loader = DataLoader(train, batch_size=32, shuffle=True, drop_last=True)
model = Tasks()
optimizer = torch.optim.NAdam(model.parameters(), lr=2e-3)
best = float("inf")
for epoch in range(6):
    for i, batch in enumerate(loader):
        model.train()
        kind, size, flag = losses(model, batch)
        optimizer.zero_grad()
        (kind + flag).backward(retain_graph=True)
        (0.5 * size).backward()
        optimizer.step()
        if i % 25 == 24:
            model.eval()
            with torch.inference_mode():
                value = sum(sum(map(float, losses(model, batch))) for batch in held) / len(held)
            best = min(best, value)
print(f"best {best:.4f}")
