# pair: {"fault": "exploding-gradient", "layer": null, "layers": [], "also": ["lr-too-high", "loss-divergence"], "near": ["optimizer.step()", "torch.optim"]}
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class Sum(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(1, 32, nonlinearity="relu", batch_first=True)
        self.out = nn.Linear(32, 1)
        with torch.no_grad():
            nn.init.orthogonal_(self.rnn.weight_hh_l0)
#[fault]             self.rnn.weight_hh_l0 *= 1.4
#[healthy]             self.rnn.weight_hh_l0 *= 0.9

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1]).squeeze(1)


model = Sum()
#[fault] optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
#[healthy] optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(300):
    x = torch.randn(32, 60, 1)
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(x), (x[:, -5:, 0].sum(1) > 0).float())
    loss.backward()
    optimizer.step()
print(f"final: {loss.item():.4f}")
