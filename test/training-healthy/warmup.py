"""A learning rate that starts at zero, rises for 60 steps and falls to zero by a cosine, all per batch."""
import math

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
STEPS = 400
layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True, norm_first=True)
embed, body, head = nn.Embedding(12, 32), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False), nn.Linear(32, 12)
model = nn.ModuleList([embed, body, head])
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1)
scheduler = torch.optim.lr_scheduler.LambdaLR(
    optimizer,
    lambda i: i / 60 if i < 60 else 0.5 * (1 + math.cos(math.pi * (i - 60) / (STEPS - 60))),
)
for step in range(STEPS):
    tokens = torch.randint(0, 12, (16, 10))
    optimizer.zero_grad()
    scores = head(body(embed(tokens)))
    loss = F.cross_entropy(scores.flatten(0, 1), ((tokens + 5) % 12).flatten())
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
print(f"loss {loss.item():.4f}")
