# pair: {"fault": "exploding-gradient", "layer": "rnn", "layers": [], "also": []}
"""Adds up two marked numbers of a sequence: a recurrent net of ReLUs whose gradient grows with every step back."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(2, 48, nonlinearity="relu", batch_first=True)
        self.out = nn.Linear(48, 1)
        nn.init.eye_(self.rnn.weight_hh_l0)
        nn.init.normal_(self.rnn.weight_ih_l0, std=0.1)
        nn.init.zeros_(self.rnn.bias_hh_l0)
        nn.init.zeros_(self.rnn.bias_ih_l0)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


def sums(n, length=50):
    marks = torch.zeros(n, length).scatter_(1, torch.randint(0, length, (n, 2)), 1.0)
    values = torch.rand(n, length)
    return torch.stack([values, marks], 2), (values * marks).sum(1, keepdim=True)


model = Adder()
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
for step in range(300):
    x, y = sums(32)
    optimizer.zero_grad()
    loss = F.mse_loss(model(x), y)
    loss.backward()
#[healthy]     torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
with torch.no_grad():
    x, y = sums(500)
    print(f"final: {F.mse_loss(model(x), y).item():.4f}")
