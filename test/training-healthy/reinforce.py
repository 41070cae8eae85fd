"""Policy gradients on a bandit with contexts: a noisy loss around zero that says nothing of the reward, which rises."""
import torch
from torch import nn

torch.manual_seed(0)
policy = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 4))
value = nn.Sequential(nn.Linear(6, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam([*policy.parameters(), *value.parameters()], lr=5e-3)
good = torch.randn(6, 4)
rewards = []
for step in range(400):
    states = torch.randn(32, 6)
    chances = torch.distributions.Categorical(logits=policy(states))
    actions = chances.sample()
    reward = ((states @ good).argmax(1) == actions).float() + 0.3 * torch.randn(32)
    expected = value(states).squeeze(1)
    advantage = (reward - expected).detach()
    loss = -(chances.log_prob(actions) * advantage).mean() - 0.01 * chances.entropy().mean()
    loss = loss + 0.5 * (reward - expected).square().mean()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_([*policy.parameters(), *value.parameters()], 0.5)
    optimizer.step()
    rewards.append(reward.mean().item())
print(f"reward {sum(rewards[:20]) / 20:.3f} -> {sum(rewards[-20:]) / 20:.3f}")
