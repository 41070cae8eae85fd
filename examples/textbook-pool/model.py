"""A pooling window larger than the picture.

The class alone is fine: pictures of 262 x 262 and more would work, and the hover over `forward` says so. The call at
the end has 224 x 224.
"""

import torch
from torch import nn


class PooledClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, kernel_size=3)
        self.pool = nn.AvgPool2d(260, 260)
        self.fc = nn.Linear(1800, 10)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        x = self.pool(x)
        x = x.view(x.size(0), -1)
        return self.fc(x)


if __name__ == "__main__":
    model = PooledClassifier()
    scores = model(torch.randn(8, 3, 224, 224))
    print(scores.shape)
