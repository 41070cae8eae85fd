"""Two optimizers take turns; both losses stay near ln 2 while the samples get better."""
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
critic = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
make = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
judge = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.999))
loss = nn.BCEWithLogitsLoss()
for step in range(300):
    angle = 6.2832 * torch.rand(64)
    real = torch.stack([angle.cos(), angle.sin()], 1) + 0.05 * torch.randn(64, 2)
    fake = generator(torch.randn(64, 8))
    judge.zero_grad()
    of_critic = loss(critic(real), torch.ones(64, 1)) + loss(critic(fake.detach()), torch.zeros(64, 1))
    of_critic.backward()
    judge.step()
    make.zero_grad()
    of_generator = loss(critic(fake), torch.ones(64, 1))
    of_generator.backward()
    make.step()
print(f"critic {of_critic.item():.3f} generator {of_generator.item():.3f}")
