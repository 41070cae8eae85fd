"""Self-attention of a vision transformer, with a width that its heads can't share evenly.

With the default width of 768 the class is fine. The tiny model at the end has a width of 100 and 12 heads.
"""

import torch
from torch import nn


class Attention(nn.Module):
    def __init__(self, dim=768, heads=12):
        super().__init__()
        self.heads = heads
        self.scale = (dim // heads) ** -0.5
        self.qkv = nn.Linear(dim, dim * 3)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x):
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.heads, C // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-2, -1) * self.scale).softmax(dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(B, N, C)
        return self.proj(mixed)


class Block(nn.Module):
    def __init__(self, dim=768, heads=12):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.attention = Attention(dim, heads)

    def forward(self, x):
        return x + self.attention(self.norm(x))


if __name__ == "__main__":
    tokens = torch.randn(2, 197, 768)
    print(Block()(tokens).shape)

    tiny = Block(dim=100, heads=12)
    print(tiny(torch.randn(2, 197, 100)).shape)
