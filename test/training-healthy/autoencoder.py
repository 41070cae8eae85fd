"""A variational autoencoder: sigmoid outputs, their own binary cross entropy, summed, and a KL term."""
import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(64, 48), nn.ReLU())
        self.mean, self.log_variance = nn.Linear(48, 4), nn.Linear(48, 4)
        self.decode = nn.Sequential(nn.Linear(4, 48), nn.ReLU(), nn.Linear(48, 64), nn.Sigmoid())

    def forward(self, x):
        hidden = self.encode(x.flatten(1))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.randn_like(mean) * (0.5 * log_variance).exp()
        return self.decode(code), mean, log_variance


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
rows = torch.arange(8).view(1, 8, 1)
columns = torch.arange(8).view(1, 1, 8)
for step in range(300):
    at = torch.rand(64, 2) * 5 + 1
    distance = (rows - at[:, 0].view(-1, 1, 1)).square() + (columns - at[:, 1].view(-1, 1, 1)).square()
    pictures = torch.exp(-distance / 4).unsqueeze(1)
    optimizer.zero_grad()
    again, mean, log_variance = model(pictures)
    error = F.binary_cross_entropy(again, pictures.flatten(1), reduction="sum")
    divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum()
    loss = (error + divergence) / 64
    loss.backward()
    optimizer.step()
print(f"loss {loss.item():.4f}")
