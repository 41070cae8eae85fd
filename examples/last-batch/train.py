"""A training loop that breaks on its very last batch.

1000 samples in batches of 64 leave 40 for the last one, but the model flattens with a constant. It fails after the
first epoch's fifteen good steps; Tensorwright warns while the line is written.
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH_SIZE = 64


class Regressor(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3 * 8 * 8, 32)
        self.out = nn.Linear(32, 1)

    def forward(self, x):
        x = x.view(BATCH_SIZE, 3 * 8 * 8)
        return self.out(torch.relu(self.hidden(x)))


def main():
    dataset = TensorDataset(torch.randn(1000, 3, 8, 8), torch.randn(1000, 1))
    loader = DataLoader(dataset, batch_size=BATCH_SIZE, shuffle=True)
    model = Regressor()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    for step, (inputs, targets) in enumerate(loader):
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"step {step}: loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
