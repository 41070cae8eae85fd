"""A small image classifier whose head was written for another picture size.

The three convolutions leave 64 maps of 4 x 4; the head expects 64 maps of 8 x 8. Tensorwright marks the call of
`self.head` and offers to set `in_features` to 1024.
"""

import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, classes: int = 10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 16, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(16, 32, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )
        self.head = nn.Linear(64 * 8 * 8, classes)

    def forward(self, images):
        maps = self.features(images)
        return self.head(maps.flatten(1))


def main():
    model = Classifier()
    pictures = torch.randn(16, 3, 32, 32)
    labels = torch.randint(0, 10, (16,))

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = nn.functional.cross_entropy(model(pictures), labels)
    loss.backward()
    optimizer.step()
    print(f"loss {loss.item():.3f}")


if __name__ == "__main__":
    main()
