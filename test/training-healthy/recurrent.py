"""Truncated backpropagation: the state is detached from piece to piece on purpose."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Echo(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(1, 24, batch_first=True)
        self.out = nn.Linear(24, 1)

    def forward(self, x, state):
        hidden, state = self.lstm(x, state)
        return self.out(hidden), state


model = Echo()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
state = None
for step in range(250):
    if step % 10 == 0:
        state = None
    x = torch.rand(32, 8, 1)
    y = F.pad(x, (0, 0, 2, 0))[:, :8]
    if state is not None:
        state = tuple(part.detach() for part in state)
    guess, state = model(x, state)
    loss = F.mse_loss(guess[:, 2:], y[:, 2:])
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
print(f"loss {loss.item():.4f}")
